import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { User } from './user.entity.js';

/** Which mails a person gets, beside those about their own security, which cannot be turned off. */
@Injectable()
export class MailSettings {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** A mail when somebody else publishes to a package they answer for. */
  async setReleases(actor: Actor, user: Pick<User, 'id' | 'name' | 'mailReleases'>, wanted: boolean): Promise<void> {
    if (user.mailReleases === wanted) return;
    await this.database.transaction(async (tx) => {
      await tx.update(User, { id: user.id }, { mailReleases: wanted, updatedAt: this.clock.now() });
      await this.audit.record(tx, actor, 'email.options', { userId: user.id }, { user: user.name, releases: wanted });
    });
  }
}
