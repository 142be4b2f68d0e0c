import { type CardSummary } from './customer.entity.js';
import { type Plan } from './plans.js';

/** Words that all mails about money share. Times are in UTC, as mails know no reader's zone. */

/** What every letter knows. `url` is where its button leads. */
export interface About {
  /** The organization's name. */
  readonly organization: string;
  readonly url: string;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

export const day = (time: Date): string => DAY.format(time);

/** To the minute, where hours matter. */
export const moment = (time: Date): string => `${day(time)}, ${time.toISOString().slice(11, 16)} UTC`;

export const toPayers = (organization: string): string =>
  `You get this mail because you look after the payments of ${organization}: you are an admin or have the role billing, or invoices go to this address.`;

export const seatsWords = (seats: number): string => (seats === 1 ? '1 seat' : `${seats} seats`);

export const byPlan: Record<Plan, string> = { monthly: 'by the month', annual: 'by the year' };

export const perSeat = (price: string, plan: Plan): string =>
  `${price} per seat and ${plan === 'monthly' ? 'month' : 'year'}`;

const BRANDS: Record<string, string> = {
  amex: 'American Express',
  cartes_bancaires: 'Cartes Bancaires',
  diners: 'Diners Club',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

export const cardWords = ({ brand, last4 }: Pick<CardSummary, 'brand' | 'last4'>): string =>
  `${BRANDS[brand] ?? 'Card'} ending in ${last4}`;

/** Until when everything works; null says nothing. */
export const worksUntil = (until: Date | null): string[] =>
  until === null ? [] : [`Until ${day(until)} everything works as before.`];
