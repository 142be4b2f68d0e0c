import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { type Repository } from '../organizations/repository.entity.js';
import { type Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { type Affected, affects } from './affected.js';
import { AdvisedPackage, Advisory } from './advisory.entity.js';

/** What concerns one package. */
export interface Concern {
  readonly advisory: Advisory;
  readonly affected: Affected;
}

/** Those that are about this version. */
export const concerning = (concerns: readonly Concern[], version: string): Concern[] =>
  concerns.filter(({ affected }) => affects(affected, version));

/** What is known against packages. Versions are held against it when somebody looks, so a new release is judged at once. */
@Injectable()
export class Advisories {
  constructor(private readonly database: DataSource) {}

  async ofPackage(repositoryId: string, name: string, tx: Tx = this.database.manager): Promise<Concern[]> {
    return (await this.ofPackages(repositoryId, [name], tx)).get(name) ?? [];
  }

  /** By package, in the order of ids; `names` undefined: all of the repository. Without what has been withdrawn. */
  async ofPackages(
    repositoryId: string,
    names: readonly string[] | undefined,
    tx: Tx = this.database.manager,
  ): Promise<Map<string, Concern[]>> {
    const where = { repositoryId, ...(names !== undefined && { package: In(names) }) };
    const rows = await tx.find(AdvisedPackage, { where, order: { advisoryId: 'asc' } });
    const ids = [...new Set(rows.map(({ advisoryId }) => advisoryId))];
    const found = await tx.findBy(Advisory, { repositoryId, id: In(ids) });
    const byId = new Map(found.map((one) => [one.id, one]));
    const concerns = new Map<string, Concern[]>();
    for (const { advisoryId, package: name, affected } of rows) {
      const advisory = byId.get(advisoryId);
      if (advisory === undefined || advisory.withdrawnAt !== null) continue;
      concerns.set(name, [...(concerns.get(name) ?? []), { advisory, affected }]);
    }
    return concerns;
  }

  /** One by its id, also one that has been withdrawn, with all that it says of packages of the repository. */
  async named(
    { id: repositoryId }: Repository,
    id: string,
  ): Promise<{ advisory: Advisory; packages: AdvisedPackage[] }> {
    const { manager } = this.database;
    const advisory = id.includes('\0') ? null : await manager.findOneBy(Advisory, { repositoryId, id });
    if (advisory === null) throw notFound(`advisory ${id.slice(0, 100)}`);
    const where = { repositoryId, advisoryId: id };
    return { advisory, packages: await manager.find(AdvisedPackage, { where, order: { package: 'asc' } }) };
  }

  list({ id: repositoryId }: Repository): Promise<Advisory[]> {
    return this.database.manager.find(Advisory, { where: { repositoryId }, order: { id: 'asc' } });
  }
}
