import { type Cover } from '../records.js';
import { newId, type Work } from '../work.js';
import { type Item } from './items.js';
import { type Line } from './lines.js';
import { netOf } from './totals.js';

// Flexible billing: a credit is reckoned from what was really billed, not from what the item costs now.

export function coversOf(work: Work, subscription: string): Cover[] {
  return work
    .all('cover')
    .filter((cover) => cover.subscription === subscription)
    .map(({ id }) => work.get('cover', id));
}

export function addCover(work: Work, item: Item, line: Pick<Line, 'amount' | 'period'>, source: string): void {
  work.add('cover', {
    ...{
      id: newId('cov'),
      item: item.id,
      subscription: item.subscription,
      ...line.period,
      amount: line.amount,
      source,
    },
    ...{ price: item.price.id, quantity: item.quantity ?? 1 },
  });
}

export function replaceCovers(work: Work, subscription: string, covers: readonly Cover[]): void {
  for (const { id } of coversOf(work, subscription)) work.remove('cover', id);
  for (const cover of covers) work.add('cover', structuredClone(cover));
}

/** What a discount took off was not paid, so it will not be given back. */
export function discountCovers(work: Work, lines: readonly Line[]): void {
  const bySource = new Map(lines.flatMap((line) => sourcesOf(line).map((source) => [source, line])));
  for (const cover of work.all('cover')) {
    const line = bySource.get(cover.source);
    if (line && cover.amount === line.amount) work.get('cover', cover.id).amount = netOf(line);
  }
}

/** What a voided invoice asked for was never paid. */
export function dropCovers(work: Work, lines: readonly Line[]): void {
  const sources = new Set(lines.flatMap(sourcesOf));
  for (const cover of work.all('cover')) if (sources.has(cover.source)) work.remove('cover', cover.id);
}

/** Periods that are over cannot be credited any more. */
export function forgetCovers(work: Work, subscription: string): void {
  for (const cover of coversOf(work, subscription)) if (cover.end <= work.now) work.remove('cover', cover.id);
}

function sourcesOf({ id, parent }: Line): string[] {
  const item = parent?.subscription_item_details?.invoice_item;
  return item ? [id, item] : [id];
}
