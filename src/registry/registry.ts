import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { encodeNames } from '../hex/registry/names.js';
import { encodePackage } from '../hex/registry/package.js';
import { signPayload } from '../hex/registry/signed.js';
import { encodeVersions } from '../hex/registry/versions.js';
import { Repository } from '../organizations/repository.entity.js';
import { type PackageState } from '../packages/packages.events.js';
import { Package } from '../packages/package.entity.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { Objects } from '../platform/objects.js';
import { ListedTarball } from './listed-tarball.entity.js';
import { RegistryObject } from './registry-object.entity.js';
import { readNames, readPackageIndex, readVersions } from './registry.queries.js';
import { SigningKey } from './signing-key.js';

/**
 * Builds the signed indexes and knows which bytes each of them is.
 *
 * The promise: an index never goes back. Each build holds the advisory lock of its one object (seed 2 of the lock space)
 * from before it reads until its pointer has committed; every statement under the lock sees all that committed before the
 * lock was gained, so a later build sees at least what the earlier one saw. The lock is per object: builds of different
 * packages, and publishes, never wait for each other.
 *
 * The bytes go to the store first, under a key that carries their checksum; then the pointer moves. Whoever reads the
 * pointer finds the bytes, and superseded bytes stay for a day, for readers that are still at them.
 */
@Injectable()
export class Registry {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
    private readonly key: SigningKey,
    private readonly changes: ChangeFeed,
    private readonly clock: Clock,
  ) {}

  find(repositoryId: string, path: string): Promise<RegistryObject | null> {
    return this.database.manager.findOneBy(RegistryObject, { repositoryId, path });
  }

  /** The tarball that the package's index names now: never bytes the index does not know yet, or does not know any more. */
  tarball(repositoryId: string, name: string, version: string): Promise<ListedTarball | null> {
    return this.database.manager.findOneBy(ListedTarball, { repositoryId, package: name, version });
  }

  /** Does nothing where the index already shows the package's newest revision, unless `force` asks for it. */
  async buildPackage(repositoryId: string, name: string, force = false): Promise<void> {
    const path = `packages/${name}`;
    await this.underLock(repositoryId, path, async (tx, repository, before) => {
      const found = await readPackageIndex(tx, repository, name);
      if (found === null) return this.remove(tx, before, name);
      if (!force && before !== null && BigInt(before.revision) >= BigInt(found.revision)) return;
      await this.point(tx, before, { repositoryId, path, revision: found.revision }, encodePackage(found.index));
      await tx.delete(ListedTarball, { repositoryId, package: name });
      await tx.insert(ListedTarball, found.tarballs);
    });
  }

  async buildNames(repositoryId: string): Promise<void> {
    await this.underLock(repositoryId, 'names', async (tx, repository, before) => {
      const payload = encodeNames(await readNames(tx, repository));
      await this.point(tx, before, { repositoryId, path: 'names', revision: '0' }, payload);
    });
  }

  async buildVersions(repositoryId: string): Promise<void> {
    await this.underLock(repositoryId, 'versions', async (tx, repository, before) => {
      const payload = encodeVersions(await readVersions(tx, repository));
      await this.point(tx, before, { repositoryId, path: 'versions', revision: '0' }, payload);
    });
  }

  /** Everything of a repository anew, also what looks up to date: after a change of the signing key, or in doubt. */
  async rebuild(repositoryId: string, progress: (done: number, of: number) => void = () => undefined): Promise<void> {
    const packages = await this.database.manager.find(Package, { select: { name: true }, where: { repositoryId } });
    const listed = await this.database.query<{ name: string }[]>(
      `select substr(path, 10) as name from registry_objects where repository_id = $1 and path like 'packages/%'`,
      [repositoryId],
    );
    const names = [...new Set([...packages, ...listed].map(({ name }) => name))].sort();
    for (const [index, name] of names.entries()) {
      await this.buildPackage(repositoryId, name, true);
      progress(index + 1, names.length);
    }
    await this.buildNames(repositoryId);
    await this.buildVersions(repositoryId);
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

  private async underLock(
    repositoryId: string,
    path: string,
    build: (tx: Tx, repository: Repository, before: RegistryObject | null) => Promise<void>,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 2))', [`${repositoryId}/${path}`]);
      // Held, or it could be erased before its index is written.
      const repository = await tx.findOne(Repository, { where: { id: repositoryId }, lock: { mode: 'for_key_share' } });
      if (repository === null) return;
      await build(tx, repository, await tx.findOneBy(RegistryObject, { repositoryId, path }));
    });
  }

  private async point(
    tx: Tx,
    before: RegistryObject | null,
    target: Pick<RegistryObject, 'repositoryId' | 'path' | 'revision'>,
    payload: Uint8Array,
  ): Promise<void> {
    const bytes = await signPayload(payload, this.key.privateKey);
    const sha256 = createHash('sha256').update(bytes).digest();
    const objectKey = `repositories/${target.repositoryId}/registry/${target.path}/${sha256.toString('hex')}`;
    if (before?.objectKey !== objectKey) {
      await this.objects.keep(objectKey, bytes, sha256);
      await this.objects.adopt(tx, objectKey);
      if (before !== null) await this.objects.drop(tx, before.objectKey);
    }
    await tx.upsert(RegistryObject, { ...target, objectKey, sha256, size: bytes.length, builtAt: this.clock.now() }, [
      'repositoryId',
      'path',
    ]);
  }

  private async remove(tx: Tx, before: RegistryObject | null, name: string): Promise<void> {
    if (before === null) return;
    await tx.delete(ListedTarball, { repositoryId: before.repositoryId, package: name });
    await tx.delete(RegistryObject, { repositoryId: before.repositoryId, path: before.path });
    await this.objects.drop(tx, before.objectKey);
  }
}
