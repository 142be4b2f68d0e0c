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

/**
 * Who may fetch from what, from memory once asked: under a hash of the Authorization header, so that no secret lies about.
 * What the answer was made of (key or grant, user with memberships, organization with standing, repository) drops it when it changes.
 */
@Injectable()
export class Readers {
  private readonly cache: TaggedCache<Readable>;

  constructor(
    private readonly callers: Callers,
    private readonly access: Access,
    private readonly lastUse: LastUse,
    feed: ChangeFeed,
    clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.cache = new TaggedCache(feed, clock, { maxEntries: 50_000, maxAgeMs: config.accessCacheMs });
  }

  /**
   * Throws `unauthenticated` for a credential that is missing or does not work, `forbidden` for one that is good but not
   * for this repository, whether or not that exists.
   */
  async admit(scope: string | undefined, authorization: string | undefined, origin: Origin): Promise<Readable> {
    // What is open to all ignores credentials, bad ones included: clients send what they have and do not ask again without.
    const header = scope === undefined ? undefined : authorization;
    const key = `${scope ?? ''} ${header === undefined ? '' : hash('sha256', header, 'base64')}`;
    const found = await this.cache.get(key, () => this.load(scope, header, origin));
    const { used } = found!;
    if (used !== undefined) this.lastUse.note(used.table, used.id, origin);
    return found!;
  }

  private async load(scope: string | undefined, header: string | undefined, origin: Origin): Promise<Loaded<Readable>> {
    const caller = await this.callers.identify(header, origin);
    const { repository, organization, warning, until } = await this.open(caller, scope);
    const { actor, key, grant } = caller;
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
        ...(key === null ? [] : [`key:${key.id}`]),
        ...(grant === undefined ? [] : [`grant:${grant.id}`]),
        ...(actor.kind === 'user' ? [`user:${actor.userId}`] : []),
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
