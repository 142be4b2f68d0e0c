import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type Actor } from '../../audit/actor.js';
import { Audit } from '../../audit/audit.js';
import { Clock } from '../../platform/clock.js';
import { type Tx } from '../../platform/database.js';
import { Secrets } from '../../platform/secrets.js';
import { recoveryCodeUsedLetter } from '../mail/accounts.emails.js';
import { Notices } from '../mail/notices.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { type User } from '../user.entity.js';

const HOW_MANY = 10;
/** Crockford's: no letter that looks like a digit, nor a `u`. 32 of them, so five bits of a byte are fairly one. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 16 characters, 80 bits, in groups of four. */
function newCode(): string {
  const letters = [...randomBytes(16)].map((byte) => ALPHABET[byte % 32]!).join('');
  return letters.match(/.{4}/g)!.join('-');
}

/** As people type: in capitals, with or without dashes, with an o for a zero. */
const plain = (typed: string): string =>
  typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');

/** Codes to be kept on paper for the day on which the phone is gone. Each works once; they are shown once. */
@Injectable()
export class RecoveryCodes {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  left(userId: string, db: Tx = this.database.manager): Promise<number> {
    return db.countBy(RecoveryCode, { userId, usedAt: IsNull() });
  }

  /** Ten new ones in the place of whatever there was. The only time they can be read. */
  async renew(tx: Tx, user: User): Promise<string[]> {
    await this.remove(tx, user.id);
    const codes = Array.from({ length: HOW_MANY }, newCode);
    const createdAt = this.clock.now();
    await tx.insert(
      RecoveryCode,
      codes.map((code) => ({ userId: user.id, codeHash: this.hashOf(user.id, code), usedAt: null, createdAt })),
    );
    return codes;
  }

  /** Right code, not used before? Uses it up and tells its owner: of many at once with the same code one succeeds. */
  async spend(actor: Actor, user: User, code: string): Promise<boolean> {
    const where = { userId: user.id, codeHash: this.hashOf(user.id, code), usedAt: IsNull() };
    return this.database.transaction(async (tx) => {
      const { affected } = await tx.update(RecoveryCode, where, { usedAt: this.clock.now() });
      if (affected !== 1) return false;
      const left = await this.left(user.id, tx);
      await this.audit.record(tx, actor, 'recovery_code.use', { userId: user.id }, { user: user.name, left });
      await this.notices.tell(tx, actor, user, `recovery code used at ${this.notices.moment()}`, (about, from) =>
        recoveryCodeUsedLetter(about, from, left),
      );
      return true;
    });
  }

  async remove(tx: Tx, userId: string): Promise<void> {
    await tx.delete(RecoveryCode, { userId });
  }

  private hashOf(userId: string, code: string): Buffer {
    return this.secrets.keyedHash('recovery-codes', `${userId}:${plain(code)}`);
  }
}
