import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock.js';
import { Secrets } from '../../platform/secrets.js';
import { newSecretToken } from '../../platform/secret-token.js';
import { PasskeyChallenge } from './passkey-challenge.entity.js';

const LIFE_MS = 5 * 60_000;

/** What authenticators are asked to sign. Kept by the service and not by the browser, or an answer could be given twice. */
@Injectable()
export class PasskeyChallenges {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** A new one, base64url, which only `holder` may answer. */
  async make(holder: string): Promise<string> {
    const challenge = newSecretToken();
    const expiresAt = new Date(this.clock.now().getTime() + LIFE_MS);
    await this.database.manager.insert(PasskeyChallenge, { challengeHash: this.hashOf(challenge), holder, expiresAt });
    return challenge;
  }

  /** Was this asked of this holder lately, and not answered yet? Whatever the answer, it cannot be used again. */
  async use(holder: string, challenge: string): Promise<boolean> {
    const used = await this.database.manager
      .createQueryBuilder()
      .delete()
      .from(PasskeyChallenge)
      .where('challenge_hash = :hash and holder = :holder and expires_at > :now', {
        ...{ hash: this.hashOf(challenge), holder, now: this.clock.now() },
      })
      .execute();
    return used.affected === 1;
  }

  private hashOf(challenge: string): Buffer {
    return this.secrets.keyedHash('passkey-challenges', challenge);
  }
}
