import { timingSafeEqual } from 'node:crypto';
import { type Secrets } from '../../platform/secrets.js';
import { isSecretToken, newSecretToken } from '../../platform/secret-token.js';

/**
 * The text of a refresh token: `prr_`, a handle that all tokens of one grant share, the number of the token, and a seal
 * over both under the installation's key. So any former token of a grant is known for what it is without keeping a list of
 * them, and the newest can be told again to a client that lost the answer, although only hashes of it are kept: without
 * the handle, which is nowhere but in the client's hands, neither the database nor the installation's key can make one.
 */
const PREFIX = 'prr_';

export interface RefreshToken {
  readonly handle: string;
  readonly generation: number;
}

export const newHandle = newSecretToken;

export function refreshTokenText(secrets: Secrets, { handle, generation }: RefreshToken): string {
  return `${PREFIX}${handle}.${generation}.${sealOf(secrets, handle, generation)}`;
}

/** Null for anything that we have not made. */
export function readRefreshToken(secrets: Secrets, text: unknown): RefreshToken | null {
  if (typeof text !== 'string' || !text.startsWith(PREFIX)) return null;
  const [handle, number, seal, ...more] = text.slice(PREFIX.length).split('.');
  if (!isSecretToken(handle) || !isSecretToken(seal) || more.length > 0 || !/^[1-9]\d{0,8}$/.test(number!)) return null;
  const generation = Number(number);
  const genuine = sealOf(secrets, handle, generation);
  return timingSafeEqual(Buffer.from(seal), Buffer.from(genuine)) ? { handle, generation } : null;
}

const sealOf = (secrets: Secrets, handle: string, generation: number): string =>
  secrets.keyedHash('refresh-seals', `${handle}.${generation}`).toString('base64url');
