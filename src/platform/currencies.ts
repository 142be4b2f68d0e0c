/** Money as ISO 4217 has it: how many digits a currency's minor unit takes, amounts in and out of it. */

/** Of most currencies 2, of yen 0; Node's own tables know. */
const digitsOf = (currency: string): number => formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2;

const formats = new Map<string, Intl.NumberFormat>();

/** Made once: making one costs a hundred times what using it does. */
function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  formats.set(currency, made);
  return made;
}

/** `900, 'usd'` → `$9.00`. Minor units. */
export const moneyText = (amount: number, currency: string): string =>
  formatOf(currency).format(amount / 10 ** digitsOf(currency));

/** Per seat, in minor units. */
export interface SeatPrices {
  readonly monthly: number;
  readonly annual: number;
}

/** `usd=9.00/90.00,eur=8.50/85.00`; undefined where it cannot be read. */
export function parsePrices(text: string): ReadonlyMap<string, SeatPrices> | undefined {
  const entries = text.split(',').map((part) => parseEntry(part.trim()));
  if (entries.some((entry) => entry === undefined)) return undefined;
  const prices = new Map(entries as [string, SeatPrices][]);
  return prices.size === entries.length ? prices : undefined;
}

function parseEntry(text: string): [string, SeatPrices] | undefined {
  const match = /^([a-z]{3})=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(text.toLowerCase());
  if (match === null || !Intl.supportedValuesOf('currency').includes(match[1]!.toUpperCase())) return undefined;
  const [, currency = '', monthly = '', annual = ''] = match;
  const amounts = [monthly, annual].map((amount) => minorUnits(amount, digitsOf(currency)));
  const [perMonth, perYear] = amounts;
  return perMonth === undefined || perYear === undefined
    ? undefined
    : [currency, { monthly: perMonth, annual: perYear }];
}

/** Exact: the text's digits are moved, no float is multiplied. */
function minorUnits(text: string, digits: number): number | undefined {
  const [whole = '', fraction = ''] = text.split('.');
  if (fraction.length > digits) return undefined;
  const amount = Number(whole + fraction.padEnd(digits, '0'));
  return Number.isSafeInteger(amount) && amount > 0 && amount < 100_000_000 ? amount : undefined;
}
