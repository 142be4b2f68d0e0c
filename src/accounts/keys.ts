import { Injectable } from '@nestjs/common';
import { DataSource, type FindOptionsWhere, IsNull } from 'typeorm';
import { type Actor, originOf } from '../audit/actor.js';
import { Audit, type Subject } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { Secrets } from '../platform/secrets.js';
import { Grant } from './grant.entity.js';
import { Key } from './key.entity.js';
import { KeyNotices } from './mail/key-notices.js';
import { isKeySecret, newKeySecret } from './key-secret.js';
import { holdSession } from './sign-in/living-session.js';
import { type Permission, permissionProblem, toScope } from './permissions.js';

/** Whoever needs more wants `repositories` or `api`; each costs time whenever the key is used. */
export const MAX_PERMISSIONS = 100;

/** Exactly one of the two. */
export type KeyOwner = { readonly userId: string } | { readonly organizationId: string };

export interface NewKey {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly expiresAt?: Date | null;
}

/** A key just made: the only moment at which its secret exists outside its holder's hands. */
export interface MintedKey {
  readonly key: Key;
  readonly secret: string;
}

/**
 * API keys. A secret is looked up by its HMAC under the installation's own key: a stolen table is of no use, and the
 * look-up by hash does not leak by its timing how much of a guess was right.
 */
@Injectable()
export class Keys {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly audit: Audit,
    private readonly notices: KeyNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * A name that is taken gets `-2`, `-3`, … : `rebar3 hex user auth` asks for the same names on each machine. `hold`: what else
   * must still be so when the key is made.
   */
  async create(actor: Actor, owner: KeyOwner, input: NewKey, hold?: (tx: Tx) => Promise<void>): Promise<MintedKey> {
    const name = input.name.trim();
    if (!/^[^\p{C}]{1,100}$/u.test(name)) throw invalidFields({ name: 'must be 1 to 100 printable characters' });
    if (input.permissions.length > MAX_PERMISSIONS)
      throw invalidFields({ permissions: `at most ${MAX_PERMISSIONS} can be given` });
    const problem = input.permissions.map(permissionProblem).find((found) => found !== null);
    if (problem !== undefined) throw invalidFields({ permissions: { resource: problem } });
    const now = this.clock.now();
    if (input.expiresAt && input.expiresAt <= now) throw invalidFields({ revoke_at: 'must be in the future' });
    const secret = newKeySecret();
    const key = await this.database.transaction(async (tx) => {
      await this.holdOwner(tx, owner);
      await holdSession(tx, originOf(actor).sessionId);
      await this.lockRing(tx, owner);
      await this.mustActByLivingKey(tx, actor);
      await hold?.(tx);
      const created = await tx.save(
        tx.create(Key, {
          ...{ userId: null, organizationId: null, ...owner, name: await this.freeName(tx, owner, name) },
          ...{
            secretHash: this.hashOf(secret),
            permissions: [...input.permissions],
            expiresAt: input.expiresAt ?? null,
          },
          ...{
            revokedAt: null,
            lastUsedAt: null,
            lastUsedIp: null,
            lastUsedAgent: null,
            createdAt: now,
            updatedAt: now,
          },
        }),
      );
      await this.note(tx, actor, 'key.create', created);
      await this.notices.created(tx, actor, created);
      return created;
    });
    return { key, secret };
  }

  /** The key with this secret, revoked and expired ones included; null for noise and for keys that never were. */
  async bySecret(secret: string): Promise<Key | null> {
    if (!isKeySecret(secret)) return null;
    return this.database.manager.findOneBy(Key, { secretHash: this.hashOf(secret) });
  }

  byId(id: string): Promise<Key | null> {
    return this.database.manager.findOneBy(Key, { id });
  }

  /** Keys that have not been revoked, expired ones included, by name. */
  list(owner: KeyOwner): Promise<Key[]> {
    return this.database.manager.find(Key, { where: this.live(owner), order: { name: 'asc' } });
  }

  async named(owner: KeyOwner, name: string): Promise<Key> {
    const key = await this.database.manager.findOneBy(Key, { ...this.live(owner), name });
    if (key === null) throw notFound(`key ${name}`);
    return key;
  }

  async revoke(actor: Actor, owner: KeyOwner, name: string): Promise<Key> {
    return this.database.transaction(async (tx) => {
      const key = await tx.findOne(Key, { where: { ...this.live(owner), name }, lock: { mode: 'pessimistic_write' } });
      if (key === null) throw notFound(`key ${name}`);
      return this.end(tx, actor, key);
    });
  }

  async revokeAll(actor: Actor, owner: KeyOwner): Promise<Key[]> {
    return this.database.transaction((tx) => this.revokeAllIn(tx, actor, owner));
  }

  async revokeAllIn(tx: Tx, actor: Actor, owner: KeyOwner): Promise<Key[]> {
    // Keys that are being made by one of these must be among them, or be refused.
    await this.lockRing(tx, owner);
    const where = this.live(owner);
    const keys = await tx.find(Key, { where, order: { id: 'asc' }, lock: { mode: 'pessimistic_write' } });
    for (const key of keys) await this.end(tx, actor, key);
    return keys;
  }

  private async end(tx: Tx, actor: Actor, key: Key): Promise<Key> {
    const revokedAt = this.clock.now();
    await tx.update(Key, { id: key.id }, { revokedAt, updatedAt: revokedAt });
    await this.note(tx, actor, 'key.revoke', key);
    return Object.assign(key, { revokedAt, updatedAt: revokedAt });
  }

  /** As the new row's foreign key will; but first, since a new password locks user, sessions and ring in this order. */
  private async holdOwner(tx: Tx, owner: KeyOwner): Promise<void> {
    if ('userId' in owner) await tx.query('select 1 from users where id = $1 for key share', [owner.userId]);
  }

  /** One at a time makes keys for this owner or ends all of them. */
  private async lockRing(tx: Tx, owner: KeyOwner): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`keys of ${JSON.stringify(owner)}`]);
  }

  /** A key that was revoked since its request came in must not leave new keys behind. */
  private async mustActByLivingKey(tx: Tx, actor: Actor): Promise<void> {
    const { keyId, grantId } = originOf(actor);
    if (grantId !== undefined) await this.mustActByLivingGrant(tx, grantId);
    if (keyId === undefined) return;
    const rows = await tx.query<unknown[]>('select 1 from keys where id = $1 and revoked_at is null for share', [
      keyId,
    ]);
    if (rows.length === 0) throw new DomainError('unauthenticated', 'key_revoked', 'API key revoked');
  }

  private async mustActByLivingGrant(tx: Tx, grantId: string): Promise<void> {
    const where = { id: grantId, revokedAt: IsNull() };
    if ((await tx.findOne(Grant, { where, lock: { mode: 'pessimistic_read' } })) === null)
      throw new DomainError('unauthenticated', 'grant_ended', 'this login has been ended, please log in again');
  }

  /** Under the lock of the ring: two requests for one name must not both find it free. */
  private async freeName(tx: Tx, owner: KeyOwner, wanted: string): Promise<string> {
    const taken = new Set(
      (await tx.find(Key, { select: { name: true }, where: this.live(owner) })).map((key) => key.name),
    );
    if (!taken.has(wanted)) return wanted;
    let number = 2;
    while (taken.has(`${wanted}-${number}`)) number += 1;
    return `${wanted}-${number}`;
  }

  private live(owner: KeyOwner): FindOptionsWhere<Key> {
    return { ...owner, revokedAt: IsNull() };
  }

  private hashOf(secret: string): Buffer {
    return this.secrets.keyedHash('api-keys', secret);
  }

  private note(tx: Tx, actor: Actor, action: string, key: Key): Promise<void> {
    const subject: Subject = { userId: key.userId, organizationId: key.organizationId };
    const params = { key: key.name, permissions: key.permissions.map(toScope), expires_at: key.expiresAt };
    return this.audit.record(tx, actor, action, subject, params);
  }
}
