import { type TestApp } from '../support/app.js';

/**
 * An account at Stripe, as far as a story needs more of it than the product does: a hand that gives cards, a time that can be moved,
 * a postman, and the books to look things up in. There are two: the sandbox by its inside (`sandbox-account.ts`), and any account by
 * nothing but Stripe's public API (`stripe-account.ts`). The stories are told once, over this.
 */
export interface Account {
  /** What browsers complain of at this account though nothing is wrong, by a part of the words. */
  readonly expected: readonly RegExp[];

  /** A story begins: its customers have a time of their own, wherever earlier stories have got to. */
  begin(): Promise<void>;
  now(): Date;
  /** Moves Stripe's time and the product's together, through everything that falls due on the way. */
  advance(ms: number): Promise<void>;

  /** Gives a card (`pm_card_…`) to a set-up, as if it had been typed into the form. Its bank must have nothing to ask. */
  setUp(setupIntent: string, card: string): Promise<void>;
  /** The product's webhook is told, signed, of everything that it has not been told of. */
  tell(): Promise<void>;
  /** As somebody does in the dashboard: the subscription ends with its period, or does not. */
  setEnding(subscription: string, ends: boolean): Promise<void>;

  /** What was taken from a customer's cards, in cents, the oldest first. */
  charged(customer: string): Promise<readonly number[]>;
  customer(customer: string): Promise<CustomerInTheBooks>;
  /** The newest one. */
  subscription(customer: string): Promise<{ readonly id: string; readonly periodEnd: Date }>;
  /** The newest invoice that is open; undefined: nothing is owed. */
  owed(customer: string): Promise<{ readonly tries: number; readonly nextTryAt: Date | null } | undefined>;
}

export interface CustomerInTheBooks {
  readonly name: string | null;
  readonly email: string | null;
  readonly country: string | null;
  readonly taxIds: readonly string[];
  readonly organizationId: string | undefined;
  readonly card: string | null;
}

/** The product, and the account that its money goes to. */
export interface Shop {
  readonly app: TestApp;
  readonly account: Account;
}
