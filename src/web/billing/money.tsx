import { type ComponentChildren } from 'preact';
import { moneyText } from '../../platform/currencies.js';

/** Minor units; the database gives wide integers back as text. */
export const money = (amount: number | string, currency: string): string => moneyText(Number(amount), currency);

export interface SumLine {
  readonly text: ComponentChildren;
  readonly amount: string;
  /** What it comes to. */
  readonly total?: boolean;
}

/** A bill: what for, and how much, with the amounts below each other. */
export function Sums({ caption, lines }: { caption: string; lines: readonly SumLine[] }) {
  return (
    <dl class="sums" aria-label={caption}>
      {lines.map(({ text, amount, total }, index) => (
        <div key={index} class={total ? 'sum-total' : undefined}>
          <dt>{text}</dt>
          <dd>{amount}</dd>
        </div>
      ))}
    </dl>
  );
}
