import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock.js';
import { type Tx } from '../../platform/database.js';
import { DomainError } from '../../platform/errors.js';
import { isSecretToken, newSecretToken } from '../../platform/secret-token.js';
import { Secrets } from '../../platform/secrets.js';
import { EmailProof, type ProofPurpose } from './email-proof.entity.js';

const HOUR_MS = 60 * 60 * 1000;
const LIFE_MS: Readonly<Record<ProofPurpose, number>> = {
  ...{ sign_up: 24 * HOUR_MS, verify_email: 24 * HOUR_MS, reset_password: HOUR_MS },
};

export interface NewProof {
  readonly purpose: ProofPurpose;
  /** What it is about: only the latest link of a purpose about it works. */
  readonly subject: string;
  readonly address: string;
  readonly userId?: string;
  /** What must not change until it is used. */
  readonly state?: string;
}

/** Unknown, used, replaced and expired links look alike. */
const unusable = (): DomainError =>
  new DomainError(
    'not_found',
    'link_unusable',
    'this link has expired or has been used already, please ask for a new one',
  );

/**
 * Links that are sent to a mailbox and prove, when they come back, that their holder reads it. Each works once, for one
 * purpose, for a while. Looking at one does not use it up: programs that check mails for viruses follow links too.
 */
@Injectable()
export class EmailProofs {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** Answers with the secret for the link, and a name of this issue for the mail's cause. */
  async issue(
    tx: Tx,
    { purpose, subject, address, userId, state }: NewProof,
  ): Promise<{ token: string; cause: string }> {
    const token = newSecretToken();
    const now = this.clock.now();
    const hash = this.hashOf(token);
    await tx.upsert(
      EmailProof,
      {
        ...{ purpose, subject, address, userId: userId ?? null, tokenHash: hash, usedAt: null, createdAt: now },
        ...{ stateMark: this.markOf(state), expiresAt: new Date(now.getTime() + LIFE_MS[purpose]) },
      },
      { conflictPaths: ['purpose', 'subject'], skipUpdateIfNoValuesChanged: false },
    );
    return { token, cause: `${purpose} ${hash.toString('hex').slice(0, 24)}` };
  }

  /** For showing the page behind a link. Throws `not_found` for one that cannot be used any more. */
  async look(purpose: ProofPurpose, token: unknown, db: Tx = this.database.manager): Promise<EmailProof> {
    const tokenHash = isSecretToken(token) ? this.hashOf(token) : null;
    const proof = tokenHash && (await db.findOneBy(EmailProof, { purpose, tokenHash }));
    if (proof === null || proof.usedAt !== null || proof.expiresAt <= this.clock.now()) throw unusable();
    return proof;
  }

  /** Uses the link up in the transaction of what it is good for. Of many at once one succeeds, the others throw `not_found`. */
  async use(tx: Tx, purpose: ProofPurpose, token: string): Promise<EmailProof> {
    const proof = await this.look(purpose, token, tx);
    const now = this.clock.now();
    const { affected } = await tx
      .createQueryBuilder()
      .update(EmailProof)
      .set({ usedAt: now })
      .where('id = :id and token_hash = :hash and used_at is null and expires_at > :now', {
        ...{ id: proof.id, hash: proof.tokenHash, now },
      })
      .execute();
    if (affected !== 1) throw unusable();
    return proof;
  }

  /** Throws as for a used one where what the link was bound to has changed since. */
  mustMatch(proof: EmailProof, state: string): void {
    if (proof.stateMark === null || !proof.stateMark.equals(this.markOf(state)!)) throw unusable();
  }

  private hashOf(token: string): Buffer {
    return this.secrets.keyedHash('email-proofs', token);
  }

  private markOf(state: string | undefined): Buffer | null {
    return state === undefined ? null : this.secrets.keyedHash('email-proofs state', state);
  }
}
