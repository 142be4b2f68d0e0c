const formatOf = (currency: string): Intl.NumberFormat =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() });

/** An amount as Stripe counts it, in the smallest unit (cents; yen as they are), for people. */
export function money(amount: number, currency: string): string {
  const format = formatOf(currency);
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** A price per piece may have fractions of a cent, and comes as text. */
export const unitPrice = (decimal: string, currency: string): string => {
  const places = Math.max(0, (decimal.split('.')[1] ?? '').length);
  const format = formatOf(currency);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const exact = new Intl.NumberFormat('en-US', {
    ...{ style: 'currency', currency: currency.toUpperCase() },
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits + places },
  });
  return exact.format(Number(decimal) / 10 ** digits);
};
