import { Inject, Injectable } from '@nestjs/common';
import { Docs } from '../packages/docs.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { TaggedCache } from '../platform/tagged-cache.js';
import { type RegistryObject } from '../registry/registry-object.entity.js';
import { Registry } from '../registry/registry.js';
import { type Wanted } from './paths.js';

/** Where the bytes of a path lie and what identifies them. */
export interface DeliveredFile {
  readonly objectKey: string;
  /** Strong and quoted: the SHA-256 of the bytes. */
  readonly etag: string;
  readonly size: number;
}

export type Stored = Extract<Wanted, { kind: 'index' | 'policy' | 'tarball' | 'docs' }>;

/** From a path to its object, from memory once asked. Bytes under an object key never change, so only the pointer can. */
@Injectable()
export class Files {
  private readonly cache: TaggedCache<DeliveredFile>;

  constructor(
    private readonly registry: Registry,
    private readonly docs: Docs,
    feed: ChangeFeed,
    clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.cache = new TaggedCache(feed, clock, { maxEntries: 200_000, maxAgeMs: config.accessCacheMs });
  }

  find(repositoryId: string, wanted: Stored): Promise<DeliveredFile | null> {
    if ('path' in wanted) return this.index(repositoryId, wanted.path);
    if (wanted.kind === 'docs') return this.documentation(repositoryId, wanted.name, wanted.version);
    return this.tarball(repositoryId, wanted.name, wanted.version);
  }

  /** What a private repository shows to everybody; null for all else that it has, or has not. */
  open({ scope, path }: Extract<Wanted, { kind: 'policy' }>): Promise<DeliveredFile | null> {
    return this.cache.get(`open ${scope}/${path}`, async () => {
      const found = await this.registry.findOpen(scope, path);
      if (found === null) return null;
      const tags = [`repository:${scope}`, `registry:${found.repositoryId}/${path}`];
      return { value: delivered(found), tags };
    });
  }

  private index(repositoryId: string, path: string): Promise<DeliveredFile | null> {
    return this.cache.get(`${repositoryId}/${path}`, async () => {
      const found = await this.registry.find(repositoryId, path);
      if (found === null) return null;
      return { value: delivered(found), tags: [`registry:${repositoryId}/${path}`] };
    });
  }

  private tarball(repositoryId: string, name: string, version: string): Promise<DeliveredFile | null> {
    // A slash apart: neither part may contain one, so no two pairs share a key.
    return this.cache.get(`${repositoryId}/tarballs/${name}/${version}`, async () => {
      const found = await this.registry.tarball(repositoryId, name, version);
      if (found === null) return null;
      // It changes only with its package's index, in one transaction, and both are dropped by the one announcement.
      return { value: delivered(found), tags: [`registry:${repositoryId}/packages/${name}`] };
    });
  }

  /** Asked for each time: people fetch documentation now and then, and then want what has just been published. */
  private async documentation(repositoryId: string, name: string, version: string): Promise<DeliveredFile | null> {
    const found = await this.docs.find(repositoryId, name, version);
    return found && delivered(found);
  }
}

const delivered = ({
  objectKey,
  sha256,
  size,
}: Pick<RegistryObject, 'objectKey' | 'sha256' | 'size'>): DeliveredFile => ({
  ...{ objectKey, etag: `"${sha256.toString('hex')}"`, size },
});
