import { Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { DataSource, IsNull, Not } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { Secrets } from '../platform/secrets.js';
import { Grant } from './grant.entity.js';
import { Totp } from './sign-in/totp.entity.js';
import { type User } from './user.entity.js';

const PERIOD_S = 30;
const ISSUER = 'Propolis';
/** How long a code that came with one write of a program goes on being good for its next ones: two minutes. */
const REPEAT_STEPS = 4;

/** What an authenticator app needs. */
export interface TotpSetUp {
  /** Base32, in groups of four, to be typed. */
  readonly secret: string;
  /** The same as an `otpauth:` URI, to be scanned. */
  readonly uri: string;
}

/**
 * Codes of authenticator apps (RFC 6238: SHA-1, six digits, thirty seconds, 160 bits of secret; what all apps can do). A code
 * is taken one step early or late, for clocks that differ, and once: its step must be later than that of every code before.
 */
@Injectable()
export class Totps {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  isOn(userId: string, db: Tx = this.database.manager): Promise<boolean> {
    return db.existsBy(Totp, { userId, confirmedAt: Not(IsNull()) });
  }

  /** Begins, or begins anew, with a fresh secret. It protects nothing until {@link confirm}. */
  async begin(user: User): Promise<void> {
    const secret = this.secrets.seal('totp', user.id, new Secret({ size: 20 }).base32);
    const begun = await this.database.query<unknown[]>(
      `insert into totps (user_id, secret, last_step, created_at) values ($1, $2, 0, $3)
       on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at
       where totps.confirmed_at is null returning 1`,
      [user.id, secret, this.clock.now()],
    );
    if (begun.length === 0)
      throw new DomainError('conflict', 'totp_is_on', 'an authenticator app is set up already, remove it first');
  }

  /** What was begun and not confirmed yet. */
  async begun(user: User): Promise<TotpSetUp | null> {
    const row = await this.database.manager.findOneBy(Totp, { userId: user.id, confirmedAt: IsNull() });
    if (row === null) return null;
    const totp = this.totpOf(row, user.name);
    return { secret: totp.secret.base32.match(/.{1,4}/g)!.join(' '), uri: totp.toString() };
  }

  /** Turns on what was begun, by a first code from the app. */
  async confirm(tx: Tx, user: User, code: string): Promise<void> {
    const where = { userId: user.id, confirmedAt: IsNull() };
    const row = await tx.findOne(Totp, { where, lock: { mode: 'pessimistic_write' } });
    if (row === null) throw new DomainError('conflict', 'totp_not_begun', 'please start setting up the app again');
    const step = this.stepOf(row, code);
    if (step === null) throw invalidFields({ code: 'is not the code that the app shows now' });
    await tx.update(Totp, { userId: user.id }, { confirmedAt: this.clock.now(), lastStep: step });
  }

  /** Right code, not used before? Uses it up: of many at once with the same code one succeeds. */
  async spend(userId: string, code: string): Promise<boolean> {
    const db = this.database.manager;
    const row = await db.findOneBy(Totp, { userId, confirmedAt: Not(IsNull()) });
    const step = row && this.stepOf(row, code);
    if (row === null || step === null) return false;
    const { affected } = await db
      .createQueryBuilder()
      .update(Totp)
      .set({ lastStep: step })
      .where('user_id = :userId and secret = :secret and last_step < :step', { userId, secret: row.secret, step })
      .execute();
    return affected === 1;
  }

  /**
   * The same for a write by a program. A code that this program has shown before is right a while longer, but for no other
   * program and not at the site: one run of mix asks once and sends the same code with each request, package and documentation.
   */
  async spendFor(grantId: string, userId: string, code: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const where = { userId, confirmedAt: Not(IsNull()) };
      // Requests with one code take turns here: the second finds what the first has written.
      const row = await tx.findOne(Totp, { where, lock: { mode: 'pessimistic_write' } });
      const grant = await tx.findOneBy(Grant, { id: grantId, userId });
      if (row === null || grant === null) return false;
      if (grant.provedStep !== null && this.isRepeated(row, grant.provedStep, code)) return true;
      const step = this.stepOf(row, code);
      if (step === null || step <= row.lastStep) return false;
      await tx.update(Totp, { userId }, { lastStep: step });
      await tx.update(Grant, { id: grantId }, { provedStep: step });
      return true;
    });
  }

  /** False where there was none. */
  async remove(tx: Tx, userId: string): Promise<boolean> {
    const { affected } = await tx.delete(Totp, { userId, confirmedAt: Not(IsNull()) });
    return affected === 1;
  }

  /** The step of a right code; null for a wrong one. */
  private stepOf(row: Totp, typed: string): number | null {
    const code = plain(typed);
    if (code === null) return null;
    const totp = this.totpOf(row, '');
    const timestamp = this.clock.now().getTime();
    const delta = totp.validate({ token: code, timestamp, window: 1 });
    return delta === null ? null : totp.counter({ timestamp }) + delta;
  }

  private isRepeated(row: Totp, step: number, typed: string): boolean {
    const totp = this.totpOf(row, '');
    const age = totp.counter({ timestamp: this.clock.now().getTime() }) - step;
    return age <= REPEAT_STEPS && totp.generate({ timestamp: step * PERIOD_S * 1000 }) === plain(typed);
  }

  private totpOf(row: Totp, label: string): TOTP {
    const secret = Secret.fromBase32(this.secrets.open('totp', row.userId, row.secret));
    return new TOTP({ issuer: ISSUER, label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD_S });
  }
}

/** Spaces and dashes in what was typed mean nothing; null where it cannot be a code. */
function plain(typed: string): string | null {
  const code = typed.replace(/[\s-]/g, '');
  return /^\d{6}$/.test(code) ? code : null;
}
