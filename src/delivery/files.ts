import { Inject, Injectable } from '@nestjs/common';
import { Docs } from '../packages/docs.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { TaggedCache } from '../platform/tagged-cache.js';
import { type RegistryObject } from '../registry/registry-object.entity.js';
import { Registry } from '../registry/registry.js';
import { type Wanted } from './paths.js';
import { Shortcuts } from './shortcuts.js';

/** Where the bytes of a path lie and what identifies them. */
export interface DeliveredFile {
  readonly objectKey: string;
  /** Strong and quoted: the SHA-256 of the bytes. */
  readonly etag: string;
  readonly size: number;
  /** The size as a header has it. */
  readonly length: string;
  /** What it was found for, and where. */
  readonly wanted: Stored;
  readonly repositoryId: string;
  /** What a delivery of it counts for. */
  readonly release: { readonly repositoryId: string; readonly name: string; readonly version: string } | undefined;
}

export type Stored = Extract<Wanted, { kind: 'index' | 'policy' | 'tarball' | 'docs' }>;

/** What is remembered without asking: a file, null for none, undefined for not known. */
export type Known = DeliveredFile | null | undefined;

/** An absence needs no memory for long: those who ask for what is not there in a loop ask within seconds. */
const ABSENT = { maxEntries: 10_000, maxAgeMs: 5_000 };

/**
 * From a path to its object, from memory once asked. Bytes under an object key never change, so only the pointer can. That
 * there is nothing is remembered too, under the same tag: what is published is announced in its transaction.
 */
@Injectable()
export class Files {
  private readonly cache: TaggedCache<DeliveredFile>;
  private readonly absent: TaggedCache<true>;
  private readonly shortcuts: Shortcuts<DeliveredFile>;

  constructor(
    private readonly registry: Registry,
    private readonly docs: Docs,
    feed: ChangeFeed,
    clock: Clock,
    @Inject(CONFIG) { accessCacheMs, databaseGraceMs: graceMs }: Config,
  ) {
    this.cache = new TaggedCache(feed, clock, { maxEntries: 200_000, maxAgeMs: accessCacheMs, graceMs });
    this.shortcuts = new Shortcuts(this.cache, 100_000);
    const maxAgeMs = Math.min(ABSENT.maxAgeMs, accessCacheMs);
    this.absent = new TaggedCache(feed, clock, { ...ABSENT, maxAgeMs });
  }

  /** What was found for this very address before, if it still holds. */
  again(url: string, now: number): DeliveredFile | undefined {
    return this.shortcuts.find(url, now)?.value;
  }

  /** What {@link find} would say, where that is known already. `url` is the address that it was asked for by. */
  known(repositoryId: string, wanted: Stored, url: string): Known {
    if (wanted.kind === 'docs') return undefined;
    const key = keyOf(repositoryId, wanted);
    const held = this.cache.peek(key);
    if (held === undefined) return this.absent.peek(key) === undefined ? undefined : null;
    // What is behind a question mark can be anything, of any length.
    if (url.length < 700 && !url.includes('?')) this.shortcuts.remember(url, held);
    return held.value;
  }

  async find(repositoryId: string, wanted: Stored): Promise<DeliveredFile | null> {
    if ('path' in wanted) {
      const { path } = wanted;
      const look = () => this.registry.find(repositoryId, path);
      return this.look(repositoryId, wanted, `registry:${repositoryId}/${path}`, look);
    }
    const { name, version } = wanted;
    // Asked for each time: people fetch documentation now and then, and then want what has just been published. Remembered for
    // when there is nobody to ask.
    if (wanted.kind === 'docs')
      return this.cache.ask(`${repositoryId}/docs/${name}/${version}`, async () => {
        const found = await this.docs.find(repositoryId, name, version);
        return found && { value: delivered(found, wanted, repositoryId), tags: [] };
      });
    const look = () => this.registry.tarball(repositoryId, name, version);
    // It changes only with its package's index, in one transaction, and both are dropped by the one announcement.
    return this.look(repositoryId, wanted, `registry:${repositoryId}/packages/${name}`, look);
  }

  /** What a private repository shows to everybody; null for all else that it has, or has not. */
  open(wanted: Extract<Wanted, { kind: 'policy' }>): Promise<DeliveredFile | null> {
    const { scope, path } = wanted;
    return this.cache.get(`open ${scope}/${path}`, async () => {
      const found = await this.registry.findOpen(scope, path);
      if (found === null) return null;
      const tags = [`repository:${scope}`, `registry:${found.repositoryId}/${path}`];
      return { value: delivered(found, wanted, found.repositoryId), tags };
    });
  }

  /** One question for both memories: what it finds goes into the one, that it finds nothing into the other. */
  private async look(
    repositoryId: string,
    wanted: Stored,
    tag: string,
    ask: () => Promise<Pointer | null>,
  ): Promise<DeliveredFile | null> {
    const key = keyOf(repositoryId, wanted);
    const found = () =>
      this.cache.get(key, async () => {
        const pointer = await ask();
        return pointer && { value: delivered(pointer, wanted, repositoryId), tags: [tag] };
      });
    const known = this.cache.peek(key);
    if (known !== undefined) return known.value;
    const isAbsent = await this.absent.get(key, async () =>
      (await found()) === null ? { value: true, tags: [tag] } : null,
    );
    return isAbsent === true ? null : found();
  }
}

/** A slash apart: no part may contain one, so no two files share a key. */
const keyOf = (repositoryId: string, wanted: Stored): string =>
  'path' in wanted ? `${repositoryId}/${wanted.path}` : `${repositoryId}/tarballs/${wanted.name}/${wanted.version}`;

type Pointer = Pick<RegistryObject, 'objectKey' | 'sha256' | 'size'>;

function delivered({ objectKey, sha256, size }: Pointer, wanted: Stored, repositoryId: string): DeliveredFile {
  const release = wanted.kind === 'tarball' ? { repositoryId, name: wanted.name, version: wanted.version } : undefined;
  return { objectKey, size, etag: `"${sha256.toString('hex')}"`, length: String(size), wanted, repositoryId, release };
}
