import { type Letter } from '../platform/mail/letter.js';
import { type About, day, perSeat, toPayers } from './mail-words.js';
import { type Plan } from './plans.js';

export interface PriceChange {
  readonly plan: Plan;
  /** Per seat and period. */
  readonly before: string;
  readonly after: string;
  readonly at: Date;
}

export const priceRaisedLetter = (it: About & PriceChange): Letter => ({
  subject: `The price for ${it.organization} changes on ${day(it.at)}`,
  paragraphs: [
    `${it.organization} now pays ${perSeat(it.before, it.plan)}. From the renewal on ${day(it.at)} on it is ${perSeat(it.after, it.plan)}, before tax and reductions.`,
    'Until then the old price holds, for seats that you add too. You need not do anything.',
  ],
  action: { label: 'See the subscription', url: it.url },
  afterwards: ['If you do not want to go on at the new price, you can cancel at any time until then.'],
  because: toPayers(it.organization),
});

export const priceLoweredLetter = (it: About & PriceChange): Letter => ({
  subject: `The price for ${it.organization} goes down on ${day(it.at)}`,
  paragraphs: [
    `${it.organization} now pays ${perSeat(it.before, it.plan)}. From the renewal on ${day(it.at)} on it is ${perSeat(it.after, it.plan)}, before tax and reductions.`,
    'You need not do anything.',
  ],
  action: { label: 'See the subscription', url: it.url },
  because: toPayers(it.organization),
});

/** An announced price was taken back. */
export const priceStaysLetter = (it: About & Pick<PriceChange, 'plan' | 'before' | 'after'>): Letter => ({
  subject: `The price for ${it.organization} stays as it is`,
  paragraphs: [
    `We had announced ${perSeat(it.after, it.plan)} to ${it.organization}. That will not come: the price stays ${perSeat(it.before, it.plan)}, before tax and reductions.`,
  ],
  action: { label: 'See the subscription', url: it.url },
  because: toPayers(it.organization),
});
