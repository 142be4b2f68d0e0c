import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { encodePolicy } from '../hex/registry/policy.js';
import { Repository } from '../organizations/repository.entity.js';
import { type PolicyState } from '../policies/policies.events.js';
import { Policy } from '../policies/policy.entity.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { Pointers } from './pointers.js';

const pathOf = (name: string): string => `policies/${name}`;

/** Signs dependency policies, the way that indexes are built and signed; a public one is open to everybody. */
@Injectable()
export class PolicyBuilding {
  constructor(
    private readonly database: DataSource,
    private readonly pointers: Pointers,
    private readonly changes: ChangeFeed,
  ) {}

  /** After a change. Of an organization that is gone there is nothing to build. */
  async follow({ organizationId, policy }: PolicyState): Promise<void> {
    const repository = await this.database.manager.findOneBy(Repository, { organizationId });
    if (repository !== null) await this.build(repository.id, policy);
  }

  /** All of a repository, also what looks up to date and what should not be there. */
  async rebuild(repositoryId: string): Promise<void> {
    const rows = await this.database.query<{ name: string }[]>(
      `select p.name from policies p join repositories r on r.organization_id = p.organization_id where r.id = $1
       union select substr(path, 10) from registry_objects where repository_id = $1 and path like 'policies/%'`,
      [repositoryId],
    );
    for (const { name } of rows) await this.build(repositoryId, name, true);
  }

  /** Waits until clients see this state of the policy; false when that takes longer than `timeoutMs`. */
  async untilVisible({ organizationId, policy, revision }: PolicyState, timeoutMs: number): Promise<boolean> {
    const repository = await this.database.manager.findOneByOrFail(Repository, { organizationId });
    const visible = async () => {
      const rows = await this.database.query<{ visible: boolean }[]>(
        `select coalesce((select revision >= $3 from registry_objects where repository_id = $1 and path = $2),
                         not exists (select 1 from policies where organization_id = $4 and name = $5)) as visible`,
        [repository.id, pathOf(policy), revision, organizationId, policy],
      );
      return rows[0]!.visible;
    };
    return this.changes.until(`registry:${repository.id}/${pathOf(policy)}`, visible, timeoutMs);
  }

  private async build(repositoryId: string, name: string, force = false): Promise<void> {
    const path = pathOf(name);
    await this.pointers.underLock(repositoryId, path, async (tx, { organizationId, name: repository }, before) => {
      const policy = organizationId && (await tx.findOneBy(Policy, { organizationId, name }));
      if (!policy) return this.pointers.remove(tx, before);
      if (!force && before !== null && BigInt(before.revision) >= BigInt(policy.revision)) return;
      const target = { repositoryId, path, revision: policy.revision, open: policy.visibility === 'public' };
      await this.pointers.point(tx, before, target, encodePolicy({ ...policy, repository }));
    });
  }
}
