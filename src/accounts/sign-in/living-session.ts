import { IsNull } from 'typeorm';
import { type Tx } from '../../platform/database.js';
import { DomainError } from '../../platform/errors.js';
import { Session } from '../session.entity.js';

/**
 * A session that has been ended since the click (a new password, "log out everywhere", the end of the account) must leave
 * nothing behind: no key, no address, no second factor. Held until `tx` ends. The row of the user is locked before it, never
 * after. Without an id nobody acts through a browser.
 */
export async function holdSession(tx: Tx, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const where = { id, revokedAt: IsNull() };
  if ((await tx.findOne(Session, { where, lock: { mode: 'pessimistic_read' } })) === null)
    throw new DomainError('unauthenticated', 'session_ended', 'you have been logged out, please log in again');
}
