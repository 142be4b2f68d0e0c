import { Injectable } from '@nestjs/common';
import { joinEntries } from '../hex/registry/lists.js';
import { encodeNames, encodeNamesEntry } from '../hex/registry/names.js';
import { type Package as PackageIndex } from '../hex/registry/package.js';
import { encodeVersions, encodeVersionsEntry } from '../hex/registry/versions.js';
import { type Repository } from '../organizations/repository.entity.js';
import { type Tx } from '../platform/database.js';
import { AdvisoryIndexes } from './advisory-indexes.js';
import { ListedPackage } from './listed-package.entity.js';
import { entriesOf, list, unlisted, unlistGone } from './lists.queries.js';
import { Pointers } from './pointers.js';
import { type FoundPackage, readPackageIndex } from './registry.queries.js';

/**
 * `names` and `versions` of a repository, put together of what each package adds: a publish encodes its own entry, in the
 * transaction that moves the package's index, and a list of ten thousand packages costs the event loop no more than their bytes.
 */
@Injectable()
export class Lists {
  constructor(
    private readonly pointers: Pointers,
    private readonly advisories: AdvisoryIndexes,
  ) {}

  /** With the package's index, under its lock. `index`: with its advisories. */
  async enter(
    tx: Tx,
    repository: Repository,
    { revision, updatedAt }: FoundPackage,
    index: PackageIndex,
  ): Promise<void> {
    const { name } = index;
    const versions = index.releases.map(({ version, retired, advisories = [] }) => ({
      ...{ version, retired: retired !== undefined, advised: advisories.length > 0 },
    }));
    await list(tx, {
      ...{ repositoryId: repository.id, name, revision },
      ...{ namesEntry: encodeNamesEntry({ name, updatedAt }), versionsEntry: encodeVersionsEntry({ name, versions }) },
    });
  }

  async strike(tx: Tx, repositoryId: string, name: string): Promise<void> {
    await tx.delete(ListedPackage, { repositoryId, name });
  }

  /** Answers with how many bytes they have, unsigned. */
  async build(repositoryId: string): Promise<number> {
    await this.makeUp(repositoryId);
    const names = await this.put(repositoryId, 'names', (repository) => encodeNames({ repository, packages: [] }));
    return (
      names + (await this.put(repositoryId, 'versions', (repository) => encodeVersions({ repository, packages: [] })))
    );
  }

  private async put(
    repositoryId: string,
    path: 'names' | 'versions',
    end: (repository: string) => Uint8Array,
  ): Promise<number> {
    let bytes = 0;
    await this.pointers.underLock(repositoryId, path, async (tx, { name }, before) => {
      const payload = joinEntries(await entriesOf(tx, repositoryId, path), end(name));
      bytes = payload.length;
      await this.pointers.point(tx, before, { repositoryId, path, revision: '0' }, payload);
    });
    return bytes;
  }

  /** What an earlier version of this program has built or removed: a page a transaction, so that none grows with the repository. */
  private async makeUp(repositoryId: string): Promise<void> {
    for (let after: string | undefined = ''; after !== undefined;) after = await this.makeUpPage(repositoryId, after);
  }

  /** Answers with the last name of the page; undefined where it was the last page. */
  private async makeUpPage(repositoryId: string, after: string): Promise<string | undefined> {
    let last: string | undefined;
    await this.pointers.underLock(repositoryId, 'lists', async (tx, repository) => {
      const names = await unlisted(tx, repositoryId, after);
      for (const name of names) {
        const found = await readPackageIndex(tx, repository, name);
        // It has just been taken back, and its index will follow.
        if (found === null) continue;
        await this.enter(tx, repository, found, await this.advisories.inPackage(tx, repository, found.index));
      }
      last = names.at(-1);
      if (last === undefined) await unlistGone(tx, repositoryId);
    });
    return last;
  }
}
