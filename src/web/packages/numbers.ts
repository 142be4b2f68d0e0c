import { MOST_COUNTED } from '../../packages/searching.js';

const format = new Intl.NumberFormat('en');

/** `12,345`. */
export const number = (value: number): string => format.format(value);

/** `1 download`, `12 downloads`. */
export const counted = (value: number, word: string): string => `${number(value)} ${word}${value === 1 ? '' : 's'}`;

/** A number that was counted only so far: `1,000+`. */
export const bounded = (value: number): string => (value > MOST_COUNTED ? `${number(MOST_COUNTED)}+` : number(value));

/** `12.3 kB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1_000_000 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1_000_000).toFixed(1)} MB`;
}
