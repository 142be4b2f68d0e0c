import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { ReservedNames } from '../accounts/reserved-names.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { isPostgresError, type Tx, UNIQUE_VIOLATION } from '../platform/database.js';
import { invalidFields } from '../platform/errors.js';
import { FormerName } from './former-name.entity.js';
import { checkName } from './names.js';
import { Organization } from './organization.entity.js';
import { isNameKept } from './organizations.queries.js';
import { Repository } from './repository.entity.js';
import { Seats } from './seats.js';

/** The rows of this room that carry an organization's name. The whole of a renaming is in `registry/renaming`. */
@Injectable()
export class Renames {
  constructor(
    private readonly seats: Seats,
    private readonly reserved: ReservedNames,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Locks the organization, then its repository, and writes the new name to both. The old one stays its own: reserved, and
   * remembered for links. Answers with the name it had when the lock was gained.
   */
  async write(
    tx: Tx,
    actor: Actor,
    organizationId: string,
    name: string,
  ): Promise<{ before: string; repository: Repository }> {
    checkName(name, this.config);
    const { name: before } = await this.seats.lockFor(tx, actor, organizationId);
    if (before === name) throw invalidFields({ name: 'is its name already' });
    const repository = await tx.findOneByOrFail(Repository, { organizationId });
    const now = this.clock.now();
    await refusingTaken(async () => {
      await tx.update(Organization, { id: organizationId }, { name, updatedAt: now });
      await tx.update(Repository, { id: repository.id }, { name, updatedAt: now });
    });
    if (await isNameKept(tx, name, organizationId)) throw taken();
    await this.reserved.reserve(tx, before);
    await tx.upsert(FormerName, { name: before, organizationId, since: now }, ['name']);
    await tx.delete(FormerName, { name });
    return { before, repository: Object.assign(repository, { name }) };
  }
}

const taken = () => invalidFields({ name: 'has already been taken' });

async function refusingTaken(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw isPostgresError(error, UNIQUE_VIOLATION) ? taken() : error;
  }
}
