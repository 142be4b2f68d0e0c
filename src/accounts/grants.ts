import { Injectable } from '@nestjs/common';
import { DataSource, type FindOptionsWhere, IsNull, MoreThan } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { grantLetter } from './mail/accounts.emails.js';
import { Grant } from './grant.entity.js';
import { holdSession } from './sign-in/living-session.js';
import { Notices } from './mail/notices.js';
import { OAuthClient } from './oauth-client.entity.js';
import { oauthProblem } from './oauth-problem.js';
import { type Permission, toScope } from './permissions.js';
import { type Session } from './session.entity.js';
import { User } from './user.entity.js';

/** How long a program has time to fetch what was granted; afterwards the grant is none. */
const PICKUP_MS = 10 * 60_000;
/** Whoever has more machines than this loses the one not used for the longest time. */
const MOST_GRANTS = 50;

type Owner = Pick<User, 'id' | 'name'>;

/** The person at the site who says yes or no. */
export interface Approver {
  readonly actor: Extract<Actor, { kind: 'user' }>;
  readonly user: User;
  readonly session: Session;
}

export interface NewGrant {
  readonly clientId: string;
  readonly name: string | null;
  readonly permissions: readonly Permission[];
}

/** A grant and who gave it. */
export interface LivingGrant {
  readonly grant: Grant;
  readonly user: User;
}

/**
 * What people have allowed programs. A grant is made in the moment of approval, by the person; tokens only stand for it.
 * So whatever ends it (its owner, a new password, the removal of the client) ends everything that was made of it, and what
 * was approved but not yet fetched as well.
 */
@Injectable()
export class Grants {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  async create(tx: Tx, { actor, user, session }: Approver, input: NewGrant): Promise<Grant> {
    const { clientId, name, permissions } = input;
    const program = (await this.holdClient(tx, clientId)).name;
    await this.makeRoom(tx, actor, user);
    await holdSession(tx, session.id);
    const now = this.clock.now();
    const grant = await tx.save(
      tx.create(Grant, {
        ...{ userId: user.id, clientId, name, permissions: [...permissions] },
        ...{ handleHash: null, refreshHash: null, generation: 0, rotatedAt: null, provedStep: null },
        ...{ lastUsedAt: null, lastUsedIp: null, lastUsedAgent: null },
        ...{ createdAt: now, expiresAt: new Date(now.getTime() + PICKUP_MS), revokedAt: null },
      }),
    );
    const scopes = permissions.map(toScope);
    await this.note(tx, actor, 'grant.create', grant, { user: user.name, scopes });
    await this.notices.tell(tx, actor, user, `grant ${grant.id}`, (about, from) =>
      grantLetter(about, from, { machine: name, program, scopes }, this.notices.page(paths.sessions)),
    );
    return grant;
  }

  /** The grant with this id while it lives and its owner's account is open, or null. */
  async living(id: string): Promise<LivingGrant | null> {
    const db = this.database.manager;
    const grant = await db.findOneBy(Grant, { id, ...this.live() });
    const user = grant && (await db.findOneBy(User, { id: grant.userId, deactivatedAt: IsNull() }));
    return grant === null || user === null ? null : { grant, user };
  }

  byId(id: string): Promise<Grant | null> {
    return this.database.manager.findOneBy(Grant, { id });
  }

  /** Living ones, the newest first; there are never more than fifty. */
  list(userId: string): Promise<Grant[]> {
    const where = { userId, ...this.live() };
    return this.database.manager.find(Grant, { where, order: { id: 'desc' }, take: MOST_GRANTS });
  }

  /** Throws `not_found` for what is not a living grant of theirs. */
  async revoke(actor: Actor, user: Owner, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const ended = await this.end(tx, actor, { id, userId: user.id }, { user: user.name });
      if (ended === 0) throw notFound('grant');
    });
  }

  /** All of a person's, in the caller's transaction: a new password, "log out everywhere". Returns how many there were. */
  revokeAll(tx: Tx, actor: Actor, user: Owner): Promise<number> {
    return this.end(tx, actor, { userId: user.id }, { user: user.name });
  }

  revokeOfClient(tx: Tx, actor: Actor, clientId: string): Promise<number> {
    return this.end(tx, actor, { clientId }, {});
  }

  /** In the caller's transaction; `why` goes into the audit trail. Returns whether it lived. */
  async revokeBecause(tx: Tx, actor: Actor, grant: Grant, why: string): Promise<boolean> {
    return (await this.end(tx, actor, { id: grant.id }, { because: why })) > 0;
  }

  private async end(tx: Tx, actor: Actor, which: FindOptionsWhere<Grant>, params: object): Promise<number> {
    const where = { ...which, revokedAt: IsNull() };
    // In one order for all who end several, so that they wait for each other instead of locking each other out.
    const grants = await tx.find(Grant, { where, order: { id: 'asc' }, lock: { mode: 'pessimistic_write' } });
    const revokedAt = this.clock.now();
    for (const grant of grants) {
      await tx.update(Grant, { id: grant.id }, { revokedAt });
      await this.note(tx, actor, 'grant.revoke', grant, params);
    }
    return grants.length;
  }

  /** Under a lock of the person's row: two approvals at once must not both find a place. */
  private async makeRoom(tx: Tx, actor: Actor, user: Owner): Promise<void> {
    await tx.query('select 1 from users where id = $1 for no key update', [user.id]);
    const surplus = await tx.query<{ id: string }[]>(
      `select id from grants where user_id = $1 and revoked_at is null and expires_at > $2
       order by coalesce(last_used_at, created_at) desc, id desc offset $3`,
      [user.id, this.clock.now(), MOST_GRANTS - 1],
    );
    for (const { id } of surplus) await this.end(tx, actor, { id }, { user: user.name, because: 'too many' });
  }

  /** Held, so that the client is not removed in between. */
  private async holdClient(tx: Tx, id: string): Promise<OAuthClient> {
    const where = { id, removedAt: IsNull() };
    const client = await tx.findOne(OAuthClient, { where, lock: { mode: 'pessimistic_read' } });
    if (client === null) throw oauthProblem('invalid_client', 'this program is not registered any more');
    return client;
  }

  private live() {
    return { revokedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
  }

  private note(tx: Tx, actor: Actor, action: string, grant: Grant, params: object): Promise<void> {
    const about = { grant: grant.id, client: grant.clientId, machine: grant.name, ...params };
    return this.audit.record(tx, actor, action, { userId: grant.userId }, about);
  }
}
