import { type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { invalidFields } from '../platform/errors.js';
import { Events } from '../platform/events.js';
import { Objects } from '../platform/objects.js';
import { TemporaryFiles } from '../platform/temporary-files.js';
import { Package } from './package.entity.js';
import { type PackageState, ReleasePublished } from './packages.events.js';
import { nextRevision } from './packages.queries.js';
import { checkRelease } from './publish/check-release.js';
import { describePackage } from './publish/describe-package.js';
import { readUpload, tooBig, type Upload } from './publish/read-upload.js';
import { replaceProblem } from './publish/windows.js';
import {
  insertRelease,
  insertRequirements,
  openPackage,
  releaseValues,
  replaceRelease,
} from './publish/write-release.js';
import { writeReadme } from './readmes.js';
import { Release } from './release.entity.js';

export type { Upload };

export interface Published {
  readonly outcome: 'created' | 'replaced' | 'unchanged';
  readonly pkg: Package;
  readonly release: Release;
  /** What a client must be able to see before it is told that all went well. */
  readonly state: PackageState;
}

/**
 * The table of contents of a publish:
 *
 *   open     body → temporary file → tarball and metadata, checked            (publish/read-upload)
 *   publish  rules that need the database                                     (publish/check-release)
 *            bytes into the store, durable, under a key with their checksum   (platform/objects)
 *            one transaction: package, release, requirements, readme, audit,
 *            event                                                            (publish/write-release)
 *
 * Killed anywhere, this leaves the old state or the new one: before the commit no row names the bytes, after it they are
 * there. Publishing the same bytes again answers `unchanged`, so a client that lost the answer may simply repeat.
 */
@Injectable()
export class Publishing {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
    private readonly files: TemporaryFiles,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Refuses what is announced as too big before a byte of it is read. */
  checkLength(contentLength: number | undefined): void {
    if (contentLength !== undefined && contentLength > this.config.maxTarballBytes)
      throw tooBig(this.config.maxTarballBytes);
  }

  /** Receives and checks a tarball. The caller discards the upload when done with it. */
  open(body: Readable): Promise<Upload> {
    const limits = { maxBytes: this.config.maxTarballBytes, idleMs: this.config.uploadIdleMs };
    return readUpload(body, this.files.path(), limits);
  }

  /**
   * `replace` false: an existing version with other bytes is refused instead of replaced. `stillMay` is asked in the
   * transaction and throws when the right to publish has gone since the upload began.
   */
  async publish(
    actor: Actor,
    repository: Repository,
    upload: Upload,
    replace: boolean,
    stillMay: (tx: Tx) => Promise<void> = async () => undefined,
  ): Promise<Published> {
    const { path, tarball, metadata } = upload;
    await checkRelease(this.database.manager, repository, metadata);
    await this.refuseEarly(repository, upload, replace);
    const key = `repositories/${repository.id}/tarballs/${tarball.outerChecksum.toString('hex')}`;
    await this.objects.keep(key, { path, size: tarball.size }, tarball.outerChecksum);
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const pkg = await openPackage(tx, actor, repository, metadata, now);
      await stillMay(tx);
      const before = await tx.findOneBy(Release, { packageId: pkg.id, version: metadata.version });
      if (before?.outerChecksum.equals(tarball.outerChecksum)) return this.unchanged(repository, pkg, before);
      if (before !== null) this.mustBeReplaceable(repository, pkg, before, replace);
      await this.objects.adopt(tx, key);
      const values = releaseValues(actor, pkg, tarball, metadata, key, now);
      const release =
        before === null
          ? await insertRelease(tx, { ...values, createdAt: now })
          : await this.replaced(tx, before, values);
      await insertRequirements(tx, release.id, metadata);
      await writeReadme(tx, release, tarball.readme);
      const state = { repositoryId: repository.id, package: pkg.name, revision: await nextRevision(tx) };
      await describePackage(tx, pkg, state.revision, now);
      await this.note(tx, actor, repository, pkg, release, before !== null);
      await this.events.emit(tx, ReleasePublished, { ...state, version: release.version, replaced: before !== null });
      return { outcome: before === null ? 'created' : 'replaced', pkg, release, state };
    });
  }

  /** Spares the store what the transaction would refuse anyway; the transaction asks again, under the lock. */
  private async refuseEarly(repository: Repository, { tarball, metadata }: Upload, replace: boolean): Promise<void> {
    const db = this.database.manager;
    const pkg = await db.findOneBy(Package, { repositoryId: repository.id, name: metadata.name });
    const before = pkg && (await db.findOneBy(Release, { packageId: pkg.id, version: metadata.version }));
    if (pkg === null || before === null || before.outerChecksum.equals(tarball.outerChecksum)) return;
    this.mustBeReplaceable(repository, pkg, before, replace);
  }

  private unchanged(repository: Repository, pkg: Package, release: Release): Published {
    const state = { repositoryId: repository.id, package: pkg.name, revision: pkg.revision };
    return { outcome: 'unchanged', pkg, release, state };
  }

  private mustBeReplaceable(repository: Repository, pkg: Package, before: Release, replace: boolean): void {
    const problem = !replace
      ? 'must include the --replace flag to update an existing release'
      : repository.organizationId === null
        ? replaceProblem(before, pkg, this.clock.now())
        : null;
    if (problem !== null) throw invalidFields({ inserted_at: problem });
  }

  private async replaced(tx: Tx, before: Release, values: ReturnType<typeof releaseValues>): Promise<Release> {
    await this.objects.drop(tx, before.tarballKey);
    return replaceRelease(tx, before, values);
  }

  private note(tx: Tx, actor: Actor, repository: Repository, pkg: Package, release: Release, replaced: boolean) {
    const params = {
      ...{ repository: repository.name, package: pkg.name, version: release.version, replaced },
      checksum: release.outerChecksum.toString('hex'),
    };
    return this.audit.record(tx, actor, 'release.publish', { organizationId: repository.organizationId }, params);
  }
}
