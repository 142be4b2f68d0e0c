import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Repository } from '../organizations/repository.entity.js';
import { type Tx } from '../platform/database.js';
import { Events } from '../platform/events.js';
import { AdvisoriesChanged } from './advisories.events.js';
import { AdvisedPackage, Advisory } from './advisory.entity.js';
import { type OsvAdvisory, readOsv } from './osv.js';
import { type SourceFile } from './sources.js';

export interface Imported {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Older than what is known already: passed over. */
  readonly older: number;
  /** About other ecosystems. */
  readonly foreign: number;
  /** One line each, with the file's name. */
  readonly problems: readonly string[];
}

/** Names at once in one event: a job rebuilds their indexes one after the other. */
const AT_ONCE = 200;

/**
 * Takes OSV files in. In one transaction: the rows, the audit entry, and the event that has the indexes of all packages
 * built anew whose advisories changed. An older file never undoes a newer one, so it does not matter in which order, how often
 * or by how many at once files come in; the repository's lock (seed 3) lets imports take turns.
 */
@Injectable()
export class Importing {
  constructor(
    private readonly database: DataSource,
    private readonly events: Events,
    private readonly audit: Audit,
  ) {}

  /** `lenient`: what is in order is taken in although other files are not. Otherwise one problem keeps everything out. */
  async import(
    actor: Actor,
    repository: Repository,
    files: readonly SourceFile[],
    { lenient = false }: { lenient?: boolean } = {},
  ): Promise<Imported> {
    const { advisories, foreign, problems } = readAll(files);
    const nothing = { created: 0, updated: 0, unchanged: 0, older: 0, foreign, problems };
    if (problems.length > 0 && !lenient) return nothing;
    return this.database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 3))', [repository.id]);
      const counts = { created: 0, updated: 0, unchanged: 0, older: 0 };
      const packages = new Set<string>();
      for (const advisory of advisories) {
        const { outcome, touched } = await this.write(tx, repository.id, advisory);
        counts[outcome] += 1;
        for (const name of touched) packages.add(name);
      }
      if (counts.created + counts.updated > 0) await this.tell(tx, actor, repository, counts, [...packages].sort());
      return { ...nothing, ...counts };
    });
  }

  private async tell(
    tx: Tx,
    actor: Actor,
    { id: repositoryId, name, organizationId }: Repository,
    { created, updated }: { created: number; updated: number },
    packages: readonly string[],
  ): Promise<void> {
    const params = { repository: name, created, updated };
    await this.audit.record(tx, actor, 'advisories.import', { organizationId }, params);
    for (let from = 0; from < packages.length; from += AT_ONCE)
      await this.events.emit(tx, AdvisoriesChanged, { repositoryId, packages: packages.slice(from, from + AT_ONCE) });
  }

  private async write(
    tx: Tx,
    repositoryId: string,
    { affected, ...said }: OsvAdvisory,
  ): Promise<{ outcome: 'created' | 'updated' | 'unchanged' | 'older'; touched: string[] }> {
    const before = await tx.findOneBy(Advisory, { repositoryId, id: said.id });
    if (before !== null && before.modifiedAt > said.modifiedAt) return { outcome: 'older', touched: [] };
    const where = { repositoryId, advisoryId: said.id };
    const rows = await tx.findBy(AdvisedPackage, where);
    const known = new Map(rows.map((row) => [row.package, row.affected]));
    const isSame =
      before !== null &&
      isDeepStrictEqual({ ...before }, { repositoryId, ...said }) &&
      isDeepStrictEqual(known, affected);
    if (isSame) return { outcome: 'unchanged', touched: [] };
    await tx.save(tx.create(Advisory, { repositoryId, ...said }));
    await tx.delete(AdvisedPackage, where);
    const after = [...affected].map(([name, one]) =>
      tx.create(AdvisedPackage, { ...where, package: name, affected: one }),
    );
    await tx.save(after);
    return { outcome: before === null ? 'created' : 'updated', touched: [...known.keys(), ...affected.keys()] };
  }
}

/** Of two files about one advisory the newer one counts. */
function readAll(files: readonly SourceFile[]) {
  const advisories = new Map<string, OsvAdvisory>();
  const problems: string[] = [];
  let foreign = 0;
  for (const { name, text } of files) {
    const read = readOsv(text);
    if (read.kind === 'foreign') foreign += 1;
    else if (read.kind === 'problems') problems.push(...read.problems.map((problem) => `${name}: ${problem}`));
    else {
      const { advisory } = read;
      const other = advisories.get(advisory.id);
      if (other === undefined || other.modifiedAt <= advisory.modifiedAt) advisories.set(advisory.id, advisory);
    }
  }
  return { advisories: [...advisories.values()], foreign, problems };
}
