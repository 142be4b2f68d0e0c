import { type ErrorKind } from '../errors.js';

/** The only place where kinds of refusal become status numbers. */
export const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
};

/** Sent with every 401: Hex clients look for it, and only this spelling is known to be safe (hex-protocol.md 4.1, 4.3). */
export const CHALLENGE = 'Basic realm=hex';

/**
 * Where a code of an authenticator app is asked for. Clients compare this byte for byte, prompt, and ask again. `token_expired`
 * must never be among these: Hex 2.5 asks again without end.
 */
const CODE_CHALLENGES: Readonly<Record<string, string>> = {
  totp_required: 'Bearer realm="hex", error="totp_required"',
  invalid_totp: 'Bearer realm="hex", error="invalid_totp"',
};

/** The `WWW-Authenticate` of a 401 for this reason. */
export const challengeFor = (code: string | undefined): string => CODE_CHALLENGES[code ?? ''] ?? CHALLENGE;

/** Words for statuses that the framework raises without any of ours; hex.pm's. */
export const defaultMessages: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Page not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'Request timeout',
  413: 'Payload too large',
  415: 'Unsupported media type',
  422: 'Validation error(s)',
  500: 'Internal server error',
  503: 'Service unavailable',
};
