import { type DataSource } from 'typeorm';
import { Member } from '../organizations/member.entity.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { type Snapshot, type SubscriptionState } from './gateway.js';
import { Subscription } from './subscription.entity.js';
import { currentOf, isLiving } from './terms.js';

/** Questions that several of the money's ways begin with. */

export const conflict = (code: string, message: string): DomainError => new DomainError('conflict', code, message);

export const MAX_SEATS = 10_000;

export async function mustFitMembers(tx: Tx, organizationId: string, seats: number): Promise<void> {
  const members = await tx.countBy(Member, { organizationId });
  if (seats < members) throw invalidFields({ seats: `must be at least ${members}: so many people are members` });
  if (seats > MAX_SEATS) throw invalidFields({ seats: `must be at most ${MAX_SEATS}` });
}

/** The organization's subscription as our rows have it; null where none lives. */
export async function livingSubscription(database: DataSource, organizationId: string): Promise<Subscription | null> {
  const current = currentOf(await database.manager.findBy(Subscription, { organizationId }));
  return current !== null && isLiving(current) ? current : null;
}

export const noSubscription = (): DomainError =>
  conflict('no_subscription', 'There is no active subscription. Please start one first.');

/** Changes that cost something want a subscription on which nothing is owed, asked or about to end. */
export function mustBeCalm(one: Pick<SubscriptionState, 'status' | 'cancelAt' | 'pendingQuantity'>): void {
  if (one.status !== 'active') throw conflict('payment_due', 'Please pay the open invoice first.');
  if (one.cancelAt !== null) throw conflict('canceling', 'The subscription is about to end. Please resume it first.');
  if (one.pendingQuantity !== null)
    throw conflict('change_pending', 'An earlier change still waits for its payment. Please pay or abandon it first.');
}

/** The living subscription in a fresh reading. */
export function livingIn({ subscriptions }: Snapshot): SubscriptionState {
  const current = currentOf(subscriptions);
  if (current === null || !isLiving(current)) throw noSubscription();
  return current;
}

export const notOpen = (): DomainError => conflict('invoice_not_open', 'This invoice is not open any more.');
