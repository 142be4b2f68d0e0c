import { type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { type Repository } from '../organizations/repository.entity.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { type EventKind, Events } from '../platform/events.js';
import { Objects } from '../platform/objects.js';
import { TemporaryFiles } from '../platform/temporary-files.js';
import { Package } from './package.entity.js';
import { type DocsChange, DocsPublished, DocsReverted } from './packages.events.js';
import { findDocs, lockPackage, type StoredDocs } from './packages.queries.js';
import { docsTooBig, type DocsUpload, MAX_DOCS_BYTES, readDocs } from './publish/read-docs.js';
import { NO_DOCS, Release } from './release.entity.js';
import { type StillMay } from './releases.js';

export type { DocsUpload, StoredDocs };

/** Which release the documentation is of. */
export interface DocsPlace {
  readonly repository: Repository;
  readonly name: string;
  readonly version: string;
}

/**
 * The documentation of releases, as tarballs: published, replaced at any time, taken back. It lives and ends with its
 * release (`releases`, `registry/erasing`). The bytes go to the store before the transaction that names them, under a key of
 * the release's own: two releases may well have the same documentation, and taking back the one must leave the other's.
 */
@Injectable()
export class Docs {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
    private readonly files: TemporaryFiles,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null where the release has none, or there is no such release. */
  find(repositoryId: string, name: string, version: string): Promise<StoredDocs | null> {
    return findDocs(this.database.manager, repositoryId, name, version);
  }

  /** Throws `not_found` where there is no such release. */
  async mustHaveRelease(place: DocsPlace): Promise<Release> {
    const db = this.database.manager;
    const pkg = await db.findOneBy(Package, { repositoryId: place.repository.id, name: place.name });
    const release = pkg && (await db.findOneBy(Release, { packageId: pkg.id, version: place.version }));
    if (release === null) throw missing(place);
    return release;
  }

  /** Refuses what is announced as too big before a byte of it is read. */
  checkLength(contentLength: number | undefined): void {
    if (contentLength !== undefined && contentLength > MAX_DOCS_BYTES) throw docsTooBig();
  }

  /** Receives and checks a tarball. The caller discards the upload when done with it. */
  open(body: Readable): Promise<DocsUpload> {
    return readDocs(body, this.files.path(), this.config.uploadIdleMs);
  }

  /** The same bytes again change nothing, so a client that lost the answer may simply repeat. */
  async publish(actor: Actor, place: DocsPlace, { path, size, checksum }: DocsUpload, stillMay: StillMay) {
    const { id } = await this.mustHaveRelease(place);
    const key = `repositories/${place.repository.id}/docs/${id}/${checksum.toString('hex')}`;
    await this.objects.keep(key, { path, size }, checksum);
    await this.change(actor, place, stillMay, DocsPublished, async (tx, release) => {
      // Taken back and published anew meanwhile: the key is not this one's.
      if (release.id !== id) throw missing(place);
      if (release.docsKey === key) return null;
      await this.objects.adopt(tx, key);
      if (release.docsKey !== null) await this.objects.drop(tx, release.docsKey);
      const docs = { docsKey: key, docsChecksum: checksum, docsSize: size };
      await tx.update(Release, { id }, { ...docs, updatedAt: this.clock.now() });
      return { checksum: checksum.toString('hex'), replaced: release.docsKey !== null };
    });
  }

  async revert(actor: Actor, place: DocsPlace, stillMay: StillMay): Promise<void> {
    await this.change(actor, place, stillMay, DocsReverted, async (tx, release) => {
      if (release.docsKey === null) throw notFound(`docs of ${place.name} ${place.version}`);
      await tx.update(Release, { id: release.id }, { ...NO_DOCS, updatedAt: this.clock.now() });
      await this.objects.drop(tx, release.docsKey);
      return { checksum: release.docsChecksum!.toString('hex') };
    });
  }

  /** `write` answers with what the log is to say; null: nothing has changed. */
  private async change(
    actor: Actor,
    place: DocsPlace,
    stillMay: StillMay,
    event: EventKind<DocsChange>,
    write: (tx: Tx, release: Release) => Promise<Record<string, unknown> | null>,
  ): Promise<void> {
    const { repository, name, version } = place;
    await this.database.transaction(async (tx) => {
      const pkg = await lockPackage(tx, repository.id, name);
      const release = pkg && (await tx.findOneBy(Release, { packageId: pkg.id, version }));
      if (release === null) throw missing(place);
      await stillMay(tx);
      const more = await write(tx, release);
      if (more === null) return;
      const params = { repository: repository.name, package: name, version, ...more };
      const action = event === DocsPublished ? 'docs.publish' : 'docs.revert';
      await this.audit.record(tx, actor, action, { organizationId: repository.organizationId }, params);
      await this.events.emit(tx, event, { repositoryId: repository.id, package: name, version });
    });
  }
}

const missing = ({ name, version }: DocsPlace) => notFound(`release ${name} ${version}`);
