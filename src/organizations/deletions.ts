import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { by, Notices } from './notices.js';
import { Organization } from './organization.entity.js';
import { deletionAnnouncedLetter, deletionCancelledLetter } from './organizations.emails.js';
import { Seats } from './seats.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long an announced deletion waits. */
@Injectable()
export class WaitingTime {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  end(): Date {
    return new Date(this.clock.now().getTime() + this.config.deletionDays * DAY_MS);
  }

  isOver(deletionAt: Date): boolean {
    return deletionAt <= this.clock.now();
  }
}

/**
 * An organization is not deleted but announced to be: in the days until then its packages can be fetched but not changed,
 * and every admin can cancel. What happens in the end is in `registry/erasing`. Under the lock of `seats`, so that the last
 * cancellation and the erasing cannot both have happened.
 */
@Injectable()
export class Deletions {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly wait: WaitingTime,
  ) {}

  /** `typed`: the organization's name, as the person wrote it. Said twice it counts from the first time. */
  async announce(actor: Actor, organization: Organization, typed: string): Promise<Date> {
    if (typed.trim() !== organization.name) throw invalidFields({ typed: 'is not the name of the organization' });
    return this.change(actor, organization, async (tx, now) => {
      if (now.deletionAt !== null) return now.deletionAt;
      const deletionAt = this.wait.end();
      await tx.update(Organization, { id: now.id }, { deletionAt });
      await this.note(tx, actor, 'organization.delete', now, { deletion_at: deletionAt });
      const letter = deletionAnnouncedLetter({ ...this.about(now), actor: by(actor), deletionAt });
      // All admins, the one who asked included: this is the receipt.
      await this.notices.toAdmins(tx, null, now, this.notices.now(`deletion of ${now.id}`), letter);
      return deletionAt;
    });
  }

  /** Nothing to cancel is fine; too late is a `conflict`. */
  async cancel(actor: Actor, organization: Organization): Promise<void> {
    await this.change(actor, organization, async (tx, now) => {
      if (now.deletionAt === null) return;
      if (this.wait.isOver(now.deletionAt))
        throw new DomainError('conflict', 'deletion_begun', 'the waiting time is over: it is being deleted');
      await tx.update(Organization, { id: now.id }, { deletionAt: null });
      await this.note(tx, actor, 'organization.keep', now, {});
      const letter = deletionCancelledLetter({ ...this.notices.about(now), actor: by(actor) });
      const cause = this.notices.now(`deletion of ${now.id} cancelled`);
      await this.notices.toAdmins(tx, null, now, cause, letter);
    });
  }

  private change<T>(actor: Actor, { id }: Organization, write: (tx: Tx, now: Organization) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => write(tx, await this.seats.lockFor(tx, actor, id)));
  }

  private about(organization: Organization) {
    return this.notices.about(organization, paths.settings);
  }

  private note(tx: Tx, actor: Actor, action: string, { id, name }: Organization, more: object): Promise<void> {
    return this.audit.record(tx, actor, action, { organizationId: id }, { organization: name, ...more });
  }
}
