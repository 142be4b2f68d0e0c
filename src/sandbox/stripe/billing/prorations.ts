import { type Objects } from '../objects.js';
import { type Work } from '../work.js';
import { addCover, coversOf } from './covers.js';
import { amountOf, type Item, type Subscription } from './items.js';
import { addInvoiceItem, productName } from './lines.js';

/** Gives back what was billed for the time after `at`, and remembers that it was given back. */
export function creditUnused(work: Work, subscription: Subscription, item: Item, at: number): void {
  for (const cover of coversOf(work, subscription.id)) {
    if (cover.item !== item.id || cover.end <= at) continue;
    const from = Math.max(at, cover.start);
    const amount = Math.round((cover.amount * (cover.end - from)) / (cover.end - cover.start));
    const price = work.get('price', cover.price);
    const description = describe(work, 'Unused', cover.quantity, price, from);
    const period = { start: from, end: cover.end };
    if (amount)
      addInvoiceItem(work, subscription, item.id, {
        amount: -amount,
        price,
        quantity: cover.quantity,
        period,
        description,
        discountable: false,
      });
    Object.assign(cover, { end: from, amount: cover.amount - amount });
    if (cover.end <= cover.start) work.remove('cover', cover.id);
  }
}

/** Bills the item as it is now for the rest of its period. */
export function debitRemaining(work: Work, subscription: Subscription, item: Item, at: number): void {
  const { current_period_start, current_period_end: end } = item;
  const share = (end - at) / (end - current_period_start);
  const amount = Math.round(amountOf(item.price, item.quantity ?? 1) * share);
  if (share <= 0 || !amount) return;
  const charged = {
    amount,
    price: item.price,
    quantity: item.quantity ?? 1,
    period: { start: at, end },
    discountable: true,
  };
  const description = describe(work, 'Remaining', charged.quantity, item.price, at);
  const source = addInvoiceItem(work, subscription, item.id, { ...charged, description });
  addCover(work, item, charged, source.id);
}

function describe(
  work: Work,
  which: 'Unused' | 'Remaining',
  quantity: number,
  price: Objects['price'],
  at: number,
): string {
  const day = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(at * 1000);
  return `${which} time on ${quantity} × ${productName(work, price)} after ${day}`;
}
