import { type Organization } from './organization.entity.js';
import { type Reason, type Standing } from './standing.js';

/**
 * The standing in one sentence, for terminals and programs. It travels in a header too: plain ASCII without quotation marks
 * (`hex/client-message`), and without "in 3 days", so that it stays true as long as the standing does.
 */

type Paid = Pick<Organization, 'paidUntil' | 'accessUntil'>;

const reasons: Record<Reason, { readonly because: string; readonly remedy: string }> = {
  trial_ended: { because: 'the trial has ended', remedy: 'subscribe' },
  payment_failed: { because: 'the last payment failed', remedy: 'pay the open invoice' },
  canceled: { because: 'the subscription has ended', remedy: 'subscribe again' },
};

/** What it lacks and what to do about it; `billing` is the address at which one pays. */
export function standingMessage(paid: Paid, standing: Standing, billing: string): string {
  const { state, until, next } = standing;
  const { because, remedy } = reasons[standing.reason ?? 'trial_ended'];
  switch (state) {
    case 'trial':
      return `the trial ends on ${minute(until)}${then(next)}; subscribe at ${billing}`;
    case 'active':
      return `paid for until ${minute(paid.paidUntil ?? paid.accessUntil)}${then(next)}`;
    case 'canceling':
      return `canceled, everything works until ${minute(until)}${then(next)}; resume the subscription at ${billing}`;
    case 'past_due':
      return `${because}, everything works until ${minute(until)}${then(next)}; ${remedy} at ${billing}`;
    case 'comped':
      return 'free of charge';
    case 'publishing_stopped':
      return `publishing has stopped because ${because}, packages can be fetched until ${minute(until)}; ${remedy} at ${billing}`;
    case 'export_only':
      return `packages can be neither fetched nor published because ${because}; ${remedy} at ${billing}`;
    case 'blocked':
      return 'blocked by the operator of this server';
    case 'closing':
      return `about to be deleted: nothing can be ${standing.fetching ? '' : 'fetched, '}published or reverted`;
  }
}

/** What somebody is told who is refused. The words before the first colon are those of hex.pm and of clients' own tests. */
export function refusalMessage(paid: Paid, standing: Standing, billing: string): string {
  if (standing.state === 'blocked') return 'organization has been blocked by the operator of this server';
  const message = standingMessage(paid, standing, billing);
  if (standing.state === 'closing') return `organization is ${message}`;
  return `organization has no active billing subscription: ${message}`;
}

const minute = (at: Date | null): string =>
  `${at?.toISOString().slice(0, 16).replace('T', ' ') ?? 'further notice'} UTC`;

function then(next: Standing['next']): string {
  if (next?.state === 'publishing_stopped') return ', then publishing stops';
  return next?.state === 'export_only' ? ', then nothing can be fetched or published' : '';
}
