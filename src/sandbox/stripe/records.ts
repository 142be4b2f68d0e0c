import { type Objects } from './objects.js';

// What the sandbox must remember and Stripe shows nobody.

/** What a card does is in its number. */
export interface CardFacts {
  id: string;
  number: string;
  /** The bank let it be used without its holder (a SetupIntent or payment for `off_session` succeeded). */
  setUp: boolean;
}

/** A stretch of time of an item that was really billed, and for how much: what a later credit is reckoned from. */
export interface Cover {
  id: string;
  item: string;
  subscription: string;
  start: number;
  end: number;
  amount: number;
  price: string;
  quantity: number;
  /** The line or invoice item that billed it. */
  source: string;
}

export type TaskKind =
  | 'period_end'
  | 'upcoming'
  | 'trial_will_end'
  | 'finalize'
  | 'retry'
  | 'dunning_end'
  | 'incomplete_expiry'
  | 'pending_update_expiry'
  | 'cancel_at'
  | 'phase'
  | 'verify_tax_id'
  | 'settle_refund';

export interface Task {
  id: string;
  kind: TaskKind;
  subject: string;
  at: number;
}

/** A change of a subscription that waits for its invoice to be paid. */
export interface PendingChange {
  /** The subscription's id. */
  id: string;
  invoice: string;
  subscription: Objects['subscription'];
  covers: Cover[];
}

export interface Replay {
  id: string;
  path: string;
  params: string;
  at: number;
  status: number;
  body: unknown;
}

export interface IntentFacts {
  id: string;
  /** The intent is to leave a card that may be charged without its holder. */
  offSession: boolean;
  returnUrl?: string;
}

export interface InvoiceFacts {
  id: string;
  token: string;
  /** When the first try failed; the end of dunning is reckoned from it. */
  failedAt?: number;
}

export interface EndpointSecrets {
  id: string;
  secrets: { secret: string; until?: number }[];
}

export interface PendingDelivery {
  id: string;
  event: string;
  endpoint: string;
  attempt: number;
}

export interface Deleted {
  id: string;
  object: string;
  deleted: true;
}

export interface Hidden {
  card_facts: CardFacts;
  cover: Cover;
  task: Task;
  pending_change: PendingChange;
  replay: Replay;
  intent_facts: IntentFacts;
  invoice_facts: InvoiceFacts;
  endpoint_secrets: EndpointSecrets;
  pending_delivery: PendingDelivery;
  deleted: Deleted;
}

export type Records = Objects & Hidden;
export type RecordKind = keyof Records;
