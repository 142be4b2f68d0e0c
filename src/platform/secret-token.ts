import { randomBytes } from 'node:crypto';

/** A secret for a link or a cookie: 32 random bytes as 43 URL-safe characters. Only its keyed hash is ever stored. */
export const newSecretToken = (): string => randomBytes(32).toString('base64url');

/** Worth looking up at all? Spares the database whatever people type into addresses. */
export const isSecretToken = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9_-]{43}$/.test(text);
