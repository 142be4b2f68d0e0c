import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { signPayload } from '../hex/registry/signed.js';
import { Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { Objects } from '../platform/objects.js';
import { RegistryObject } from './registry-object.entity.js';
import { SigningKey } from './signing-key.js';

/** What a pointer says besides which bytes it is. */
export interface Target extends Pick<RegistryObject, 'repositoryId' | 'path' | 'revision'> {
  /** For everybody, although the repository is private. */
  readonly open?: boolean;
}

/**
 * Which bytes each signed resource is.
 *
 * The promise: none ever goes back. Each build holds the advisory lock of its one object (seed 2 of the lock space) from
 * before it reads until its pointer has committed; every statement under the lock sees all that committed before the lock was
 * gained, so a later build sees at least what the earlier one saw. The lock is per object: builds of different packages, and
 * publishes, never wait for each other.
 *
 * The bytes go to the store first, under a key that carries their checksum; then the pointer moves. Whoever reads the
 * pointer finds the bytes, and superseded bytes stay for a day, for readers that are still at them.
 */
@Injectable()
export class Pointers {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
    private readonly key: SigningKey,
    private readonly clock: Clock,
  ) {}

  async underLock(
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

  async point(tx: Tx, before: RegistryObject | null, target: Target, payload: Uint8Array): Promise<void> {
    const bytes = await signPayload(payload, this.key.privateKey);
    const sha256 = createHash('sha256').update(bytes).digest();
    const objectKey = `repositories/${target.repositoryId}/registry/${target.path}/${sha256.toString('hex')}`;
    const { open = false, revision } = target;
    // Nothing to tell anybody: a rebuild of what is as it should be leaves every memory of it in place.
    if (before?.objectKey === objectKey && before.revision === revision && before.open === open) return;
    if (before?.objectKey !== objectKey) {
      await this.objects.keep(objectKey, bytes, sha256);
      await this.objects.adopt(tx, objectKey);
      if (before !== null) await this.objects.drop(tx, before.objectKey);
    }
    const pointer = { ...target, open, objectKey, sha256, size: bytes.length, builtAt: this.clock.now() };
    await tx.upsert(RegistryObject, pointer, ['repositoryId', 'path']);
  }

  async remove(tx: Tx, before: RegistryObject | null): Promise<void> {
    if (before === null) return;
    await tx.delete(RegistryObject, { repositoryId: before.repositoryId, path: before.path });
    await this.objects.drop(tx, before.objectKey);
  }
}
