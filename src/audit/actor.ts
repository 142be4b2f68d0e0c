import { type RequestOrigin } from '../platform/http/origin.js';

/** The request through which somebody acts. */
export interface Origin extends RequestOrigin {
  /** The API key used, directly or through a token made from it. */
  readonly keyId?: string;
  readonly keyName?: string;
  /** What a person has allowed the program that makes the request, where it came with a token of that. */
  readonly grantId?: string;
  /** The browser in which a person acts. */
  readonly sessionId?: string;
}

/** Who is acting. Every write takes one; the audit entry keeps it as it was then. */
export type Actor =
  | { readonly kind: 'anonymous'; readonly origin: Origin }
  | { readonly kind: 'user'; readonly userId: string; readonly name: string; readonly origin: Origin }
  /** An organization acting by its own key, with no person behind it. */
  | { readonly kind: 'organization'; readonly organizationId: string; readonly name: string; readonly origin: Origin }
  /** A person at the operator's command line, with the reason they gave. */
  | { readonly kind: 'operator'; readonly name: string; readonly reason: string }
  /** The service itself: jobs, first start. */
  | { readonly kind: 'system'; readonly name: string };

export const originOf = (actor: Actor): Origin => ('origin' in actor ? actor.origin : {});

export function nameOf(actor: Actor): string {
  return actor.kind === 'anonymous' ? 'anonymous' : actor.name;
}
