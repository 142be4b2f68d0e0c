import { type IncomingHttpHeaders } from 'node:http';
import { type Kind, type Objects } from './objects.js';

// Where the engine (objects, clock, wire) and the pages that people see in a browser meet. The pages know nothing else.

export interface Route {
  method: 'GET' | 'POST';
  /** `/invoice/:token/pdf`; a last segment `*` takes the rest, as `params.rest`. HEAD is answered from GET. */
  pattern: string;
  handler: (request: SandboxRequest) => Answer | Promise<Answer>;
}

export interface SandboxRequest {
  /** What the pattern's `:names` took, decoded. */
  params: Record<string, string>;
  url: URL;
  headers: IncomingHttpHeaders;
  /** At most 1 MiB. */
  body: Buffer;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export type Intent = Objects['setup_intent'] | Objects['payment_intent'];

/** How the person at the bank's page decided. `cancel` closes the window: to Stripe that is a failed authentication too. */
export type ChallengeOutcome = 'complete' | 'fail' | 'cancel';

export interface WebhookSettings {
  /** `hold` keeps every event back until it is delivered by hand. */
  mode: 'deliver' | 'hold';
  delayMs: number;
  /** The share of events that are sent twice, and of those that never arrive. */
  duplicates: number;
  loss: number;
  /** Events that wait at the same time are sent in any order. */
  shuffle: boolean;
  seed: number;
}

export interface Delivery {
  eventId: string;
  url: string;
  /** When it was tried, in milliseconds of the system's clock. */
  at: number;
  attempt: number;
  /** The endpoint's answer, or null with what went wrong instead. */
  status: number | null;
  error?: string;
}

/** What only the bank or somebody in Stripe's dashboard does. */
export type Act =
  | { act: 'cancel_subscription'; subscription: string }
  | { act: 'refund_charge'; charge: string; amount?: number }
  | { act: 'fail_refund'; refund: string }
  | { act: 'open_dispute'; charge: string; reason?: string }
  | { act: 'close_dispute'; dispute: string; outcome: 'won' | 'lost' }
  | { act: 'warn_of_fraud'; charge: string }
  | { act: 'settle_tax_id'; tax_id: string; status: 'verified' | 'unverified' | 'unavailable' }
  | { act: 'expire_card'; payment_method: string }
  | { act: 'renew_card'; payment_method: string; exp_month: number; exp_year: number };

export interface BrowserPort {
  /** `http://127.0.0.1:PORT`, and what Stripe.js is initialised with. */
  readonly url: string;
  readonly publishableKey: string;

  now(): Date;
  /** Moves the clock forward through everything that falls due on the way. */
  advance(milliseconds: number): Promise<void>;
  /** When the next thing falls due (renewal, retry, end of a trial …), to move the clock just there. */
  nextDue(): Date | undefined;

  /** Newest first. Read-only: what is changed in these objects is changed nowhere. */
  objects<K extends Kind>(kind: K): readonly Objects[K][];
  object<K extends Kind>(kind: K, id: string): Objects[K] | undefined;

  /** The intent whose client secret this is. A challenge is open while it is `requires_action`. */
  findIntent(id: string, clientSecret: string): Intent | undefined;
  /**
   * The bank's answer to an open challenge; the intent as it stands afterwards. Settling twice changes nothing.
   * The page of the bank is `/3ds/INTENT?client_secret=SECRET` (with `&return_url=…` when the browser was sent there as a
   * whole page); the engine puts this address into `next_action` (`use_stripe_sdk.stripe_js`, or `redirect_to_url.url`).
   */
  settleChallenge(intentId: string, outcome: ChallengeOutcome): Promise<Intent>;

  /** The invoice of a hosted page: `hosted_invoice_url` is `/invoice/TOKEN`, `invoice_pdf` is `/invoice/TOKEN/pdf`. */
  findInvoice(token: string): Objects['invoice'] | undefined;

  /** Throws an `Error` with a message for people when it cannot be done. */
  act(act: Act): Promise<void>;

  webhookSettings(): WebhookSettings;
  configureWebhooks(settings: Partial<WebhookSettings>): void;
  /** Newest first. */
  deliveries(eventId?: string): readonly Delivery[];
  /** Sends events again (or those held back), in the order given. */
  deliver(eventIds: readonly string[]): Promise<void>;
}
