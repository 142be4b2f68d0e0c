import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, MoreThan, Not } from 'typeorm';
import { type Actor, type Origin } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { isSecretToken, newSecretToken } from '../platform/secret-token.js';
import { Secrets } from '../platform/secrets.js';
import { deviceOf } from './devices.js';
import { placeOf } from './places.js';
import { Session } from './session.entity.js';
import { User } from './user.entity.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A session ends so long after its last use, … */
const IDLE_MS = 30 * DAY_MS;
/** … and so long after the login, however much it is used. */
const LIFE_MS = 90 * DAY_MS;
/** A session used all day is written once in this time. */
const WORTH_WRITING_MS = 5 * 60_000;
/** How long a proof of identity lasts for dangerous acts. */
export const SUDO_MS = 60 * 60 * 1000;

export interface StartedSession {
  readonly session: Session;
  /** For the cookie; never to be had again. */
  readonly token: string;
}

/** Who is behind a cookie. */
export interface Visit {
  readonly user: User;
  readonly session: Session;
}

/** Logged-in browsers of people. Looked up in the database on each page, so that a revocation bites everywhere at once. */
@Injectable()
export class Sessions {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** `method` says how they proved who they are; it is shown to them. A new login is always a new secret. */
  async start(tx: Tx, user: User, origin: Origin, method: string): Promise<StartedSession> {
    const now = this.clock.now();
    const token = newSecretToken();
    const session = await tx.save(
      tx.create(Session, {
        ...{ userId: user.id, tokenHash: this.hashOf(token), method, provedAt: now },
        ...{ ip: origin.ip ?? null, userAgent: origin.userAgent?.slice(0, 255) ?? null },
        ...{ createdAt: now, lastUsedAt: now, expiresAt: new Date(now.getTime() + IDLE_MS), revokedAt: null },
      }),
    );
    const actor: Actor = { kind: 'user', userId: user.id, name: user.name, origin };
    await this.audit.record(tx, actor, 'session.start', { userId: user.id }, { user: user.name, method });
    return { session, token };
  }

  /** The living session of an open account behind a cookie, or null. */
  async recognize(token: string | undefined, origin: Origin): Promise<Visit | null> {
    if (!isSecretToken(token)) return null;
    const now = this.clock.now();
    const db = this.database.manager;
    const living = { tokenHash: this.hashOf(token), revokedAt: IsNull(), expiresAt: MoreThan(now) };
    const session = await db.findOneBy(Session, living);
    const user = session && (await db.findOneBy(User, { id: session.userId, deactivatedAt: IsNull() }));
    if (session === null || user === null) return null;
    if (now.getTime() - session.lastUsedAt.getTime() > WORTH_WRITING_MS) await this.noteUse(session, origin, now);
    return { user, session };
  }

  /** They have just proved again that it is them. */
  async prove(tx: Tx, session: Session): Promise<void> {
    const provedAt = this.clock.now();
    await tx.update(Session, { id: session.id }, { provedAt });
    session.provedAt = provedAt;
  }

  /** The others must prove again that it is them before their next dangerous act. */
  async forgetProofs(tx: Tx, user: Pick<User, 'id'>, except: Session): Promise<void> {
    await tx.update(Session, { userId: user.id, id: Not(except.id), revokedAt: IsNull() }, { provedAt: new Date(0) });
  }

  /** Was this device, in this place, logged in to this account since `since`? Also true for the first login to a new one. */
  async isFamiliar(tx: Tx, { id: userId, createdAt }: User, origin: Origin, since: Date): Promise<boolean> {
    const where = { userId, lastUsedAt: MoreThan(since) };
    const earlier = await tx.find(Session, { where, order: { lastUsedAt: 'desc' }, take: 200 });
    const [device, place] = [deviceOf(origin.userAgent), placeOf(origin.ip)];
    const isSame = ({ userAgent, ip }: Session) => deviceOf(userAgent) === device && placeOf(ip) === place;
    return earlier.length === 0 ? createdAt > since : earlier.some(isSame);
  }

  /** Living ones, the most recently used first. */
  list(userId: string): Promise<Session[]> {
    const where = { userId, revokedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
    return this.database.manager.find(Session, { where, order: { lastUsedAt: 'desc' } });
  }

  /** Throws `not_found` for what is not a living session of theirs. */
  async revoke(actor: Actor, user: Pick<User, 'id' | 'name'>, id: string): Promise<void> {
    if (!/^\d{1,18}$/.test(id)) throw notFound('session');
    await this.database.transaction(async (tx) => {
      const where = { id, userId: user.id, revokedAt: IsNull() };
      const ended = await tx.update(Session, where, { revokedAt: this.clock.now() });
      if (ended.affected === 0) throw notFound('session');
      await this.audit.record(tx, actor, 'session.revoke', { userId: user.id }, { user: user.name, session: id });
    });
  }

  /** All of them, or all but the one in use; in the caller's transaction. Returns how many there were. */
  async revokeAll(tx: Tx, actor: Actor, user: Pick<User, 'id' | 'name'>, except?: Session): Promise<number> {
    const others = except === undefined ? {} : { id: Not(except.id) };
    const where = { userId: user.id, revokedAt: IsNull(), ...others };
    const { affected = 0 } = await tx.update(Session, where, { revokedAt: this.clock.now() });
    if (affected > 0)
      await this.audit.record(
        tx,
        actor,
        'session.revoke_all',
        { userId: user.id },
        { user: user.name, count: affected },
      );
    return affected ?? 0;
  }

  private async noteUse(session: Session, origin: Origin, now: Date): Promise<void> {
    const end = Math.min(now.getTime() + IDLE_MS, session.createdAt.getTime() + LIFE_MS);
    const use = { lastUsedAt: now, ip: origin.ip ?? null, expiresAt: new Date(end) };
    await this.database.manager.update(Session, { id: session.id, revokedAt: IsNull() }, use);
    Object.assign(session, use);
  }

  private hashOf(token: string): Buffer {
    return this.secrets.keyedHash('sessions', token);
  }
}
