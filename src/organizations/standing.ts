import { type Config } from '../platform/config.js';
import { type Organization } from './organization.entity.js';

const everything = { fetching: true, publishing: true };
const nothing = { fetching: false, publishing: false };

/** What each step opens. Pages, retirement and the export are open on all of them. */
const opens = {
  trial: everything,
  active: everything,
  /** Paid for, and ending with what is paid. */
  canceling: everything,
  /** The grace: a payment failed, and there is time to mend it. */
  past_due: everything,
  /** Free of charge. */
  comped: everything,
  publishing_stopped: { fetching: true, publishing: false },
  export_only: nothing,
  blocked: nothing,
};

type Step = keyof typeof opens;

/** Every state an organization can be in. */
export const standingStates = [...(Object.keys(opens) as Step[]), 'closing'] as const;

export const standingReasons = ['trial_ended', 'payment_failed', 'canceled'] as const;
/** What brought it down. */
export type Reason = (typeof standingReasons)[number];

/**
 * What an organization's trial or payment lets it do now. `publishing` and `fetching` are what the gates ask, all else is
 * what people are told. `until` is the moment at which the answer changes by itself (null: only by a change of the row).
 */
export interface Standing {
  readonly state: Step | 'closing';
  readonly fetching: boolean;
  readonly publishing: boolean;
  readonly until: Date | null;
  /** Null where all is well. */
  readonly reason: Reason | null;
  /** What follows, and when, if nobody does anything. Null where nothing threatens: what is paid for is renewed by itself. */
  readonly next: { readonly state: Standing['state']; readonly at: Date } | null;
}

export type Ladder = Pick<Config['ladder'], 'free' | 'publishingStoppedDays'>;

type Row = Pick<Organization, 'override' | 'accessUntil' | 'payment' | 'trialEndsAt' | 'deletionAt'>;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The whole ladder. It reads the row and the clock, never the network; billing, above, writes the row. An organization that
 * waits for its deletion takes nothing new but is read until its hour, so that nobody's builds break before they must.
 */
export function standingOf(organization: Row, ladder: Ladder, now: Date): Standing {
  const { step, until } = stepOf(organization, ladder, now);
  const { deletionAt, payment } = organization;
  const paid = { state: step, ...opens[step], until, reason: reasonOf(step, payment) };
  if (deletionAt !== null && step !== 'blocked') return closing(paid, deletionAt, now);
  const isRenewed = step === 'active' && payment === 'paid';
  const next = until === null || isRenewed ? null : { state: stepOf(organization, ladder, until).step, at: until };
  return { ...paid, next };
}

function stepOf(organization: Row, ladder: Ladder, now: Date): { step: Step; until: Date | null } {
  const { override, accessUntil, payment, trialEndsAt } = organization;
  if (override === 'blocked') return { step: 'blocked', until: null };
  if (override === 'comped' || ladder.free) return { step: 'comped', until: null };
  if (accessUntil !== null && now < accessUntil) return { step: paidStep(payment), until: accessUntil };
  if (now < trialEndsAt) return { step: 'trial', until: trialEndsAt };
  const ended = Math.max(trialEndsAt.getTime(), accessUntil?.getTime() ?? 0);
  const until = new Date(ended + ladder.publishingStoppedDays * DAY_MS);
  return now < until ? { step: 'publishing_stopped', until } : { step: 'export_only', until: null };
}

const paidStep = (payment: Row['payment']): Step =>
  payment === 'canceling' || payment === 'past_due' ? payment : 'active';

function reasonOf(step: Step, payment: Row['payment']): Reason | null {
  if (!['canceling', 'past_due', 'publishing_stopped', 'export_only'].includes(step)) return null;
  if (payment === null) return 'trial_ended';
  // `paid`, and yet its time has run out: no payment was heard of since.
  return payment === 'past_due' || payment === 'paid' ? 'payment_failed' : 'canceled';
}

function closing(paid: Omit<Standing, 'next'>, deletionAt: Date, now: Date): Standing {
  const fetching = paid.fetching && now < deletionAt;
  const until = paid.until === null || paid.until > deletionAt ? deletionAt : paid.until;
  const { reason } = paid;
  return { state: 'closing', fetching, publishing: false, until: fetching ? until : null, reason, next: null };
}
