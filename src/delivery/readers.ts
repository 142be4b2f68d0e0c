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
import { type Held, type Loaded, TaggedCache } from '../platform/tagged-cache.js';
import { Shortcuts } from './shortcuts.js';

/** A repository that the request may fetch from. */
export interface Readable {
  readonly repositoryId: string;
  /** By the name that was asked for; undefined: the public one. */
  readonly scope: string | undefined;
  readonly isPublic: boolean;
  /** What the client should print of the organization's standing. */
  readonly warning: string | null;
  /** Whose last use a fetch is; asked whether it is due not before `askAt`. */
  readonly used: { readonly table: 'keys' | 'grants'; readonly id: string; askAt: number } | undefined;
}

const LAST = Symbol('last reader');

/** A connection, with who was let in by it last. */
export type Connection = object & {
  [LAST]?: { readonly authorization: string | undefined; readonly reader: Held<Readable> };
};

/** A refusal, and what it was made of; null: not to be remembered. */
class Refused extends Error {
  constructor(
    readonly error: DomainError,
    readonly tags: readonly string[] | null,
  ) {
    super(error.message, { cause: error });
  }
}

/** A key is written down once a minute at most (`accounts/last-use`); of what comes within a second, one fetch stands for all. */
const ASK_USE_MS = 1000;
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
  /** By the hash of the credential: most are used for one repository only. */
  private readonly shortcuts: Shortcuts<Readable>;

  constructor(
    private readonly callers: Callers,
    private readonly access: Access,
    private readonly lastUse: LastUse,
    feed: ChangeFeed,
    clock: Clock,
    @Inject(CONFIG) { accessCacheMs, databaseGraceMs: graceMs }: Config,
  ) {
    this.cache = new TaggedCache(feed, clock, { maxEntries: 50_000, maxAgeMs: accessCacheMs, graceMs });
    this.shortcuts = new Shortcuts(this.cache, 50_000);
    const maxAgeMs = Math.min(REFUSED.maxAgeMs, accessCacheMs);
    this.refused = new TaggedCache(feed, clock, { ...REFUSED, maxAgeMs });
  }

  /** What {@link admit} would answer or throw, where that is known already. */
  known(scope: string | undefined, authorization: string | undefined, now: number): Readable | DomainError | undefined {
    return this.look(scope, authorization, now)?.value;
  }

  /**
   * The same for the next request of a connection: one client, with one credential. Then it need not even be hashed. The
   * connection holds the credential as it came, and no longer than it lasts.
   */
  again(connection: Connection, scope: string | undefined, authorization: string | undefined, now: number) {
    const last = connection[LAST];
    if (last !== undefined && last.authorization === authorization && last.reader.value.scope === scope)
      if (this.cache.holds(last.reader, now)) return last.reader.value;
    const reader = this.look(scope, authorization, now);
    if (reader === undefined || reader.value instanceof DomainError) return reader?.value;
    connection[LAST] = { authorization, reader: reader as Held<Readable> };
    return reader.value;
  }

  private look(
    scope: string | undefined,
    authorization: string | undefined,
    now: number,
  ): Held<Readable | DomainError> | undefined {
    const who = hashOf(scope, authorization);
    const again = this.shortcuts.find(who, now);
    if (again !== undefined && again.value.scope === scope) return again;
    const key = keyOf(scope, who);
    const held = this.cache.peek(key);
    if (held === undefined) return this.refused.peek(key);
    this.shortcuts.remember(who, held);
    return held;
  }

  /**
   * Throws `unauthenticated` for a credential that is missing or does not work, `forbidden` for one that is good but not
   * for this repository, whether or not that exists.
   */
  async admit(scope: string | undefined, authorization: string | undefined, origin: Origin): Promise<Readable> {
    const key = keyOf(scope, hashOf(scope, authorization));
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
  noteUse({ used }: Readable, now: number, from: { origin(): Origin }): void {
    if (used === undefined || now < used.askAt) return;
    used.askAt = now + ASK_USE_MS;
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
        scope,
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

const NOBODY = '';

/** Of the credential. What is open to all does not look at it. */
const hashOf = (scope: string | undefined, authorization: string | undefined): string =>
  scope === undefined || authorization === undefined ? NOBODY : hash('sha256', authorization, 'base64');

const keyOf = (scope: string | undefined, who: string): string => `${scope ?? ''} ${who}`;

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
  if (grant !== undefined) return { table: 'grants', id: grant.id, askAt: 0 };
  return key === null ? undefined : { table: 'keys', id: key.id, askAt: 0 };
}

/** On the repository endpoint 401 means "log in", so a good credential that is not enough gets 403 (hex-protocol.md 1.6). */
function asForbidden(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  // Decided by the key alone, before anybody looked whether the repository exists: the words give nothing away.
  if (error.code === 'key_not_authorized') return new DomainError('forbidden', error.code, error.message);
  if (error.kind !== 'not_found') return error;
  return new DomainError('forbidden', 'not_authorized', 'not authorized to read this repository');
}
