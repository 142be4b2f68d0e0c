import { useNow } from '../layout/document.js';

const UNITS = [
  ...[['year', 31_557_600] as const, ['month', 2_629_800] as const, ['day', 86_400] as const],
  ...[['hour', 3600] as const, ['minute', 60] as const],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** "3 hours ago", "in 12 days"; "just now" within a minute. */
export function inWords(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of UNITS)
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  return seconds > 0 ? 'in a moment' : 'just now';
}

/** A moment in words, exact when pointed at. `date`: the day itself, for what is looked up rather than felt. */
export function When({ at, date = false }: { at: Date; date?: boolean }) {
  const now = useNow();
  return (
    <time dateTime={at.toISOString()} title={`${exact.format(at)} UTC`}>
      {date ? day.format(at) : inWords(at, now)}
    </time>
  );
}

/** The same as text, for sentences. */
export const dayOf = (at: Date): string => day.format(at);
