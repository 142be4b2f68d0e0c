import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { encodePackagePieces, type Package as PackageIndex } from '../hex/registry/package.js';
import { Repository } from '../organizations/repository.entity.js';
import { type PackageState } from '../packages/packages.events.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { AdvisoryIndexes } from './advisory-indexes.js';
import { ListedTarball } from './listed-tarball.entity.js';
import { Lists } from './lists.js';
import { Pointers } from './pointers.js';
import { RegistryObject } from './registry-object.entity.js';
import { listTarballs, readPackageIndex } from './registry.queries.js';

/** Builds the signed indexes and knows which bytes each of them is. That none goes back is the promise of `Pointers`. */
@Injectable()
export class Registry {
  constructor(
    private readonly database: DataSource,
    private readonly pointers: Pointers,
    private readonly lists: Lists,
    private readonly advisories: AdvisoryIndexes,
    private readonly changes: ChangeFeed,
  ) {}

  find(repositoryId: string, path: string): Promise<RegistryObject | null> {
    return this.database.manager.findOneBy(RegistryObject, { repositoryId, path });
  }

  /** One that everybody may have, of a repository that not everybody may read. */
  findOpen(repository: string, path: string): Promise<RegistryObject | null> {
    const { manager } = this.database;
    return manager
      .createQueryBuilder(RegistryObject, 'o')
      .innerJoin(Repository, 'r', 'r.id = o.repositoryId and r.name = :repository', { repository })
      .where('o.path = :path and o.open', { path })
      .getOne();
  }

  /** The tarball that the package's index names now: never bytes the index does not know yet, or does not know any more. */
  tarball(repositoryId: string, name: string, version: string): Promise<ListedTarball | null> {
    return this.database.manager.findOneBy(ListedTarball, { repositoryId, package: name, version });
  }

  /** Does nothing where the index already shows the package's newest revision, unless `force` asks for it. */
  async buildPackage(repositoryId: string, name: string, force = false): Promise<void> {
    const path = `packages/${name}`;
    await this.pointers.underLock(repositoryId, path, async (tx, repository, before) => {
      const found = await readPackageIndex(tx, repository, name);
      if (found === null) {
        await tx.delete(ListedTarball, { repositoryId, package: name });
        await this.lists.strike(tx, repositoryId, name);
        return this.pointers.remove(tx, before);
      }
      if (!force && before !== null && BigInt(before.revision) >= BigInt(found.revision)) return;
      const index = await this.advisories.inPackage(tx, repository, found.index);
      await this.pointers.point(tx, before, { repositoryId, path, revision: found.revision }, await encode(index));
      await this.lists.enter(tx, repository, found, index);
      await listTarballs(tx, repositoryId, name, found.tarballs);
    });
  }

  /** `names` and `versions`; answers with how many bytes they have, unsigned. */
  buildLists(repositoryId: string): Promise<number> {
    return this.lists.build(repositoryId);
  }

  /** Waits until clients can see this state of the package; false when that takes longer than `timeoutMs`. */
  untilVisible({ repositoryId, package: name, revision }: PackageState, timeoutMs: number): Promise<boolean> {
    const path = `packages/${name}`;
    const visible = async () => {
      const rows = await this.database.query<{ visible: boolean }[]>(
        `select coalesce((select revision >= $3 from registry_objects where repository_id = $1 and path = $2),
                         not exists (select 1 from packages where repository_id = $1 and name = $4)) as visible`,
        [repositoryId, path, revision, name],
      );
      return rows[0]!.visible;
    };
    return this.changes.until(`registry:${repositoryId}/${path}`, visible, timeoutMs);
  }
}

/** Fetches are answered between the pieces. */
async function encode(index: PackageIndex): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const piece of encodePackagePieces(index)) {
    if (pieces.push(piece) > 1) await setImmediate();
  }
  return Buffer.concat(pieces);
}
