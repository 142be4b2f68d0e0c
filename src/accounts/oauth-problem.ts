import { DomainError } from '../platform/errors.js';

/** Codes of RFC 6749 section 5.2 and RFC 8628 section 3.5, as clients compare them. */
export type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  | 'access_denied';

/** What a program is told that asks for a token it does not get. The code is for the program, the words are for people. */
export const oauthProblem = (code: OAuthCode, message: string): DomainError =>
  new DomainError('invalid', code, message);
