/** The nine ways a request can be refused; `http/status.ts` alone turns them into status numbers. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'payment_required'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable';

/**
 * Field errors as Hex clients read them: strings or nested maps of strings. Never lists: mix and rebar3_hex crash on one
 * (hex-protocol.md 3.1).
 */
export interface FieldErrors {
  [field: string]: string | FieldErrors;
}

/** What the caller did wrong, or what stands in the way. `message` is shown to people as it is. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly kind: ErrorKind,
    /** Stable, for programs: `key_revoked`, `no_seat`. */
    readonly code: string,
    message: string,
    readonly fields?: FieldErrors,
  ) {
    super(message);
  }
}

/** Of files (ENOSPC, EDQUOT, EFBIG, EROFS), the store on top of them, and Postgres (53100). */
const FULL = /^(ENOSPC|EDQUOT|EFBIG|EROFS|53100)$/;

/** Did something fail because a disk of ours takes nothing more? */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && FULL.test(String(error.code))) || isDiskFull(error.cause);
}

export const notFound = (what: string): DomainError => new DomainError('not_found', 'not_found', `${what} not found`);

/** Hex clients print the fields below this sentence. */
export const invalidFields = (fields: FieldErrors): DomainError =>
  new DomainError('invalid', 'validation_failed', 'Validation error(s)', fields);
