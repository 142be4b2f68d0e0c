import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Endings } from '../billing/endings.js';
import { WaitingTime } from '../organizations/deletions.js';
import { type Organization } from '../organizations/organization.entity.js';
import { Seats } from '../organizations/seats.js';
import { type Tx } from '../platform/database.js';
import { Objects } from '../platform/objects.js';
import { lockRepository, removeIndexes, removeOrganization, removePackages } from './erasing.queries.js';
import { Obituary } from './obituary.js';

/** Packages in one transaction: short enough for its locks, long enough to get on. */
const AT_ONCE = 50;

/**
 * The end of an organization whose waiting time is over (`organizations/deletions`): its packages in small transactions,
 * then, in one, its indexes, keys, members, invitations, repository and itself, while its name is reserved, its admins are
 * told and the audit log, which stays, says so. Killed anywhere it goes on where it was: the row says that it is due until
 * the last transaction. Bytes are given up in the ledger and go with the next sweep after a day.
 *
 * Locks: the organization (`seats`), its repository, then the rest. The deletion of an account takes the organizations' locks
 * first as well and never two here, so the two cannot wait for each other.
 */
@Injectable()
export class Erasing {
  constructor(
    private readonly database: DataSource,
    private readonly seats: Seats,
    private readonly objects: Objects,
    private readonly wait: WaitingTime,
    private readonly end: Obituary,
    private readonly endings: Endings,
  ) {}

  /** Throws for an organization that is not due. */
  async erase(organizationId: string): Promise<void> {
    while (await this.database.transaction((tx) => this.somePackages(tx, organizationId)));
    await this.database.transaction((tx) => this.theRest(tx, organizationId));
  }

  private async somePackages(tx: Tx, organizationId: string): Promise<boolean> {
    await this.locked(tx, organizationId);
    const named = await removePackages(tx, organizationId, AT_ONCE);
    for (const key of named ?? []) await this.objects.drop(tx, key);
    return named !== null;
  }

  private async theRest(tx: Tx, organizationId: string): Promise<void> {
    const organization = await this.locked(tx, organizationId);
    const repositoryId = await lockRepository(tx, organizationId);
    if (repositoryId !== null)
      for (const key of await removeIndexes(tx, repositoryId)) await this.objects.drop(tx, key);
    await this.endings.announce(tx, organizationId);
    await this.end.announce(tx, organization);
    await removeOrganization(tx, organizationId);
  }

  private async locked(tx: Tx, organizationId: string): Promise<Organization> {
    const organization = await this.seats.lock(tx, organizationId);
    const { deletionAt, name } = organization;
    if (deletionAt === null || !this.wait.isOver(deletionAt)) throw new Error(`${name} is not to be erased yet`);
    return organization;
  }
}
