import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { isPostgresError, UNIQUE_VIOLATION } from '../platform/database.js';
import { type FieldErrors, invalidFields, notFound } from '../platform/errors.js';
import { Email } from './email.entity.js';
import { Passwords } from './passwords.js';
import { User } from './user.entity.js';

export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly fullName?: string;
  /** The address is known to be theirs: an operator vouches for it. */
  readonly verified?: boolean;
}

/** Names that read as something else in URLs or in Hex clients. */
const RESERVED = new Set(['me', 'hex', 'hexpm', 'elixir', 'erlang', 'otp']);

@Injectable()
export class Users {
  constructor(
    private readonly database: DataSource,
    private readonly passwords: Passwords,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: NewUser): Promise<User> {
    const name = input.name.toLowerCase();
    const problems = userProblems(name, input.email);
    if (problems !== null) throw invalidFields(problems);
    const passwordHash = await this.passwords.hash(input.password);
    const now = this.clock.now();
    try {
      return await this.database.transaction(async (tx) => {
        const user = await tx.save(
          tx.create(User, {
            ...{ name, fullName: input.fullName ?? null, passwordHash },
            ...{ deactivatedAt: null, createdAt: now, updatedAt: now },
          }),
        );
        const verifiedAt = input.verified === true ? now : null;
        const first = { userId: user.id, address: input.email, isPrimary: true, isPublic: false };
        await tx.insert(Email, { ...first, verifiedAt, createdAt: now });
        await this.audit.record(tx, actor, 'user.create', { userId: user.id }, { user: name });
        return user;
      });
    } catch (error) {
      if (!isPostgresError(error, UNIQUE_VIOLATION)) throw error;
      throw invalidFields(
        String(error).includes('emails') ? { email: 'already in use' } : { username: 'has already been taken' },
      );
    }
  }

  byName(name: string): Promise<User | null> {
    return this.database.manager.findOneBy(User, { name: name.toLowerCase() });
  }

  byId(id: string): Promise<User | null> {
    return this.database.manager.findOneBy(User, { id });
  }

  byIds(ids: readonly string[]): Promise<User[]> {
    return this.database.manager.findBy(User, { id: In([...ids]) });
  }

  async named(name: string): Promise<User> {
    const user = await this.byName(name);
    if (user === null) throw notFound(`user ${name}`);
    return user;
  }

  /** By name, or by a verified address: what people type where "user name or e-mail" is asked. */
  async byLogin(login: string): Promise<User | null> {
    if (!login.includes('@')) return this.byName(login);
    const email = await this.database.manager
      .createQueryBuilder(Email, 'email')
      .where('lower(email.address) = lower(:login) and email.verifiedAt is not null', { login })
      .getOne();
    return email === null ? null : this.byId(email.userId);
  }

  list(): Promise<User[]> {
    return this.database.manager.find(User, { order: { name: 'asc' } });
  }

  emails(userId: string): Promise<Email[]> {
    return this.database.manager.find(Email, { where: { userId }, order: { isPrimary: 'desc', id: 'asc' } });
  }

  /** Locks the account out everywhere, or lets it in again. Nothing of it is removed. */
  async setActive(actor: Actor, name: string, active: boolean): Promise<void> {
    const user = await this.named(name);
    await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      await tx.update(User, { id: user.id }, { deactivatedAt: active ? null : now, updatedAt: now });
      const action = active ? 'user.activate' : 'user.deactivate';
      await this.audit.record(tx, actor, action, { userId: user.id }, { user: user.name });
    });
  }

  async setPassword(actor: Actor, name: string, password: string): Promise<void> {
    const user = await this.named(name);
    const passwordHash = await this.passwords.hash(password);
    await this.database.transaction(async (tx) => {
      await tx.update(User, { id: user.id }, { passwordHash, updatedAt: this.clock.now() });
      await this.audit.record(tx, actor, 'password.update', { userId: user.id }, { user: user.name });
    });
  }
}

function userProblems(name: string, email: string): FieldErrors | null {
  const problems: FieldErrors = {};
  if (!/^[a-z0-9_.-]{3,64}$/.test(name)) problems['username'] = 'must be 3 to 64 letters, digits, "_", "-" or "."';
  else if (RESERVED.has(name)) problems['username'] = 'is reserved';
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 254) problems['email'] = 'is not an e-mail address';
  return Object.keys(problems).length > 0 ? problems : null;
}
