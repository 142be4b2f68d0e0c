// The calendar of billing: steps from an anchor, so that the 31st of January is followed by the 28th of February and
// then by the 31st of March. All times are seconds, all dates UTC.

export interface Interval {
  interval: string;
  interval_count: number;
}

const seconds: Record<string, number> = { day: 86_400, week: 7 * 86_400 };
const months: Record<string, number> = { month: 1, year: 12 };

/** The anchor moved by `steps` intervals (backwards too). */
export function step(anchor: number, { interval, interval_count }: Interval, steps: number): number {
  const length = seconds[interval];
  if (length) return anchor + length * interval_count * steps;
  return addMonths(anchor, (months[interval] ?? 1) * interval_count * steps);
}

function addMonths(at: number, count: number): number {
  const date = new Date(at * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() / 1000;
}

/** The first step of the anchor that is later than `after`. */
export function nextStep(anchor: number, interval: Interval, after: number): number {
  let count = Math.floor((after - anchor) / longest(interval)) - 1;
  while (step(anchor, interval, count) <= after) count++;
  return step(anchor, interval, count);
}

/** The last step of the anchor that is before `before`. */
export function previousStep(anchor: number, interval: Interval, before: number): number {
  let count = Math.floor((before - anchor) / longest(interval)) - 1;
  while (step(anchor, interval, count + 1) < before) count++;
  return step(anchor, interval, count);
}

const longest = ({ interval, interval_count }: Interval) =>
  (seconds[interval] ?? (months[interval] ?? 1) * 31 * 86_400) * interval_count;
