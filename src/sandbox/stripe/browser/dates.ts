const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options });
const day = format({ year: 'numeric', month: 'short', day: 'numeric' });
const moment = format({
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** Stripe counts seconds. */
export const dayOf = (seconds: number): string => day.format(seconds * 1000);
export const momentOf = (date: Date): string => `${moment.format(date)} UTC`;
export const secondsMoment = (seconds: number): string => momentOf(new Date(seconds * 1000));
