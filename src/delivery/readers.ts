import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Access, type Opened } from '../access/access.js';
import { type Caller, Callers } from '../access/callers.js';
import { LastUse } from '../accounts/last-use.js';
import { type Origin } from '../audit/actor.js';
import { scopeOf } from '../organizations/repository.entity.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { type Loaded, TaggedCache } from '../platform/tagged-cache.js';

/** A repository that the request may fetch from. */
export interface Readable {
  readonly repositoryId: string;
  readonly isPublic: boolean;
  /** What the client should print of the organization's standing. */
  readonly warning: string | null;
  /** Whose last use a fetch is. */
  readonly used: { readonly table: 'keys' | 'grants'; readonly id: string } | undefined;
}

/** A refusal, and what it was made of; null: not to be remembered. */
class Refused extends Error {
  constructor(
    readonly error: DomainError,
    readonly tags: readonly string[] | null,
  ) {
    super(error.message, { cause: error });
  }
}

/** Long enough to spare the database a program that goes on asking, short enough for a right that has just been given. */
const REFUSED = { maxEntries: 5_000, maxAgeMs: 500 };

/**
 * Who may fetch from what, from memory once asked: under a hash of the Authorization header, so that no secret lies about.
 * What the answer was made of (key or grant, user with memberships, organization with standing, repository) drops it when it changes.
 */
@Injectable()
export class Readers {
  private readonly cache: TaggedCache<Readable>;
  private readonly refused: TaggedCache<DomainError>;

  constructor(
    private readonly callers: Callers,
    private readonly access: Access,
    private readonly lastUse: LastUse,
    feed: ChangeFeed,
    clock: Clock,
    @Inject(CONFIG) { accessCacheMs }: Config,
  ) {
    this.cache = new TaggedCache(feed, clock, { maxEntries: 50_000, maxAgeMs: accessCacheMs });
    const maxAgeMs = Math.min(REFUSED.maxAgeMs, accessCacheMs);
    this.refused = new TaggedCache(feed, clock, { ...REFUSED, maxAgeMs });
  }

  /** What {@link admit} would answer or throw, where that is known already. */
  known(scope: string | undefined, authorization: string | undefined): Readable | DomainError | undefined {
    const key = keyOf(scope, authorization);
    return this.cache.peek(key) ?? this.refused.peek(key);
  }

  /**
   * Throws `unauthenticated` for a credential that is missing or does not work, `forbidden` for one that is good but not
   * for this repository, whether or not that exists.
   */
  async admit(scope: string | undefined, authorization: string | undefined, origin: Origin): Promise<Readable> {
    const key = keyOf(scope, authorization);
    // What is open to all ignores credentials, bad ones included: clients send what they have and do not ask again without.
    const admitted = () => this.cache.get(key, () => this.load(scope, scope && authorization, origin));
    try {
      const refusal = await this.refused.get(key, () => admitted().then(() => null, remembered));
      if (refusal === null) return (await admitted())!;
      throw refusal;
    } catch (error) {
      throw error instanceof Refused ? error.error : error;
    }
  }

  /** A fetch is a use of the key or grant behind it. Where from is asked only where it will be written down. */
  noteUse({ used }: Readable, from: { origin(): Origin }): void {
    if (used !== undefined && this.lastUse.isDue(used.table, used.id))
      this.lastUse.note(used.table, used.id, from.origin());
  }

  private async load(scope: string | undefined, header: string | undefined, origin: Origin): Promise<Loaded<Readable>> {
    const place = scope === undefined ? [] : [`repository:${scope}`];
    const refusal = (tags: readonly string[]) => (error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      throw new Refused(error, isLasting(error, header) ? tags : null);
    };
    const caller = await this.callers.identify(header, origin).catch(refusal(place));
    const { actor, key, grant } = caller;
    const tags = [
      ...(key === null ? [] : [`key:${key.id}`]),
      ...(grant === undefined ? [] : [`grant:${grant.id}`]),
      ...(actor.kind === 'user' ? [`user:${actor.userId}`] : []),
    ];
    const opened = await this.open(caller, scope).catch(refusal([...place, ...tags]));
    const { repository, organization, warning, until } = opened;
    return {
      value: {
        repositoryId: repository.id,
        isPublic: scopeOf(repository) === undefined,
        warning,
        used: usedOf(caller),
      },
      tags: [
        `repository:${repository.name}`,
        ...(organization === null ? [] : [`organization:${organization.id}`]),
        ...tags,
      ],
      until,
    };
  }

  private async open(caller: Caller, scope: string | undefined): Promise<Opened> {
    try {
      return await this.access.repository(caller, 'repository.fetch', scope);
    } catch (error) {
      throw scope === undefined ? error : asForbidden(error);
    }
  }
}

const NOBODY = ' ';

function keyOf(scope: string | undefined, authorization: string | undefined): string {
  if (scope === undefined) return NOBODY;
  return authorization === undefined ? `${scope} ` : `${scope} ${hash('sha256', authorization, 'base64')}`;
}

/**
 * Is a refusal the same when it is asked for again at once? Not a password's: it depends on how often one was guessed before,
 * and each guess counts. And who has just paid is let in at once.
 */
const isLasting = ({ kind, code }: DomainError, header: string | undefined): boolean =>
  (kind === 'unauthenticated' || kind === 'forbidden') &&
  !code.startsWith('organization_') &&
  !/^\s*basic\s/i.test(header ?? '');

function remembered(refused: unknown): Loaded<DomainError> {
  if (refused instanceof Refused && refused.tags !== null) return { value: refused.error, tags: refused.tags };
  throw refused;
}

function usedOf({ key, grant }: Caller): Readable['used'] {
  if (grant !== undefined) return { table: 'grants', id: grant.id };
  return key === null ? undefined : { table: 'keys', id: key.id };
}

/** On the repository endpoint 401 means "log in", so a good credential that is not enough gets 403 (hex-protocol.md 1.6). */
function asForbidden(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  // Decided by the key alone, before anybody looked whether the repository exists: the words give nothing away.
  if (error.code === 'key_not_authorized') return new DomainError('forbidden', error.code, error.message);
  if (error.kind !== 'not_found') return error;
  return new DomainError('forbidden', 'not_authorized', 'not authorized to read this repository');
}
