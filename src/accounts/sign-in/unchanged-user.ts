import { IsNull } from 'typeorm';
import { type Tx } from '../../platform/database.js';
import { DomainError } from '../../platform/errors.js';
import { User } from '../user.entity.js';

/**
 * The user must still be as they were when they were judged: a password changed meanwhile ended what was proved with the old
 * one. Held until `tx` ends.
 */
export async function mustBeUnchanged(tx: Tx, { id, passwordHash }: User): Promise<void> {
  const where = { id, passwordHash: passwordHash ?? IsNull(), deactivatedAt: IsNull() };
  if ((await tx.findOne(User, { where, lock: { mode: 'for_no_key_update' } })) === null)
    throw new DomainError('invalid', 'account_changed', 'the account has just been changed, please log in again');
}
