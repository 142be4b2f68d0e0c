import { type Answer, type Snapshot } from './gateway.js';
import { type Operation } from './operation.entity.js';
import { isLiving } from './terms.js';

/**
 * What became of an operation whose answer nobody got: found in what Stripe shows now. Pure. Each looks for the effect it
 * would have had; that the same effect may have come from elsewhere does no harm, for then there is nothing left to do.
 */
export function foundIn({ subscriptions, invoices }: Snapshot, { id, kind, params }: Operation): boolean {
  const living = subscriptions.filter(isLiving);
  switch (kind) {
    case 'subscribe':
      return subscriptions.some(({ operationId }) => operationId === id);
    case 'seats':
      return living.some((one) => one.quantity === params['seats'] || one.pendingQuantity === params['seats']);
    case 'plan':
      if (params['undo'] === true) return living.every(({ next }) => next === null);
      return living.some(({ plan, next }) => plan === params['plan'] || next?.plan === params['plan']);
    case 'cancel':
      return living.some(({ cancelAt }) => cancelAt !== null);
    case 'resume':
      return living.every(({ cancelAt }) => cancelAt === null);
    case 'pay':
      return invoices.some(({ stripeId, status }) => stripeId === params['invoice'] && status === 'paid');
    case 'discount':
      return living.some(({ discount }) => discount?.promotionCode === params['promotion']);
  }
}

const NOT_FOUND = {
  code: 'not_done',
  declineCode: null,
  message: 'The connection to Stripe broke and nothing was changed or charged. Please try again.',
};

/** Undefined: too early to tell. */
export function lookedUp(
  snapshot: Snapshot,
  operation: Operation,
  now: Date,
  patienceMs: number,
): Answer<{ foundLater: true }> | undefined {
  if (foundIn(snapshot, operation)) return { outcome: 'ok', value: { foundLater: true } };
  const isOld = operation.askedAt === null || now.getTime() - operation.askedAt.getTime() >= patienceMs;
  return isOld ? { outcome: 'refused', refusal: NOT_FOUND } : undefined;
}
