import { Injectable } from '@nestjs/common';
import { DataSource, In, IsNull } from 'typeorm';
import { type Actor, type Origin, originOf } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { isPostgresError, type Tx, UNIQUE_VIOLATION } from '../platform/database.js';
import { type FieldErrors, invalidFields, notFound } from '../platform/errors.js';
import { isMailAddress } from '../platform/mail/address.js';
import { Email } from './email.entity.js';
import { holdSession } from './sign-in/living-session.js';
import { Passwords } from './sign-in/passwords.js';
import { ReservedNames } from './reserved-names.js';
import { User } from './user.entity.js';

export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly fullName?: string;
  /** The address is known to be theirs: an operator vouches for it. */
  readonly verified?: boolean;
  /** Everybody who may see the user sees the address. */
  readonly shown?: boolean;
}

/** A new user whose name, address and password are known to be acceptable. */
export interface CheckedUser extends Omit<NewUser, 'password'> {
  readonly passwordHash: string;
}

/** Names that read as something else in URLs or in Hex clients. */
const RESERVED = new Set(['me', 'hex', 'hexpm', 'elixir', 'erlang', 'otp']);

/** Accounts, found by name and by address. Deleted ones are found by id only, for the names beside what they published. */
@Injectable()
export class Users {
  constructor(
    private readonly database: DataSource,
    private readonly passwords: Passwords,
    private readonly reserved: ReservedNames,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: NewUser): Promise<User> {
    const checked = await this.check(originOf(actor), input);
    return namingProblems(() => this.database.transaction((tx) => this.createIn(tx, actor, checked)));
  }

  /** All that can be said before the transaction, and the slow part of it. Throws `invalid` by field. */
  async check(origin: Origin, { password, ...input }: NewUser): Promise<CheckedUser> {
    const name = input.name.trim().toLowerCase();
    const problems = userProblems(name, input.email);
    if (problems !== null) throw invalidFields(problems);
    const passwordHash = await this.passwords.hash(password, origin, { name, addresses: [input.email] });
    return { ...input, name, passwordHash };
  }

  /** To be called within {@link namingProblems}. */
  async createIn(tx: Tx, actor: Actor, checked: CheckedUser): Promise<User> {
    const { name, email, passwordHash, fullName, verified, shown } = checked;
    const now = this.clock.now();
    const user = await tx.save(
      tx.create(User, {
        ...{ name, fullName: fullName ?? null, website: null, passwordHash },
        ...{ deactivatedAt: null, deletedAt: null, createdAt: now, updatedAt: now },
      }),
    );
    await this.reserved.mustBeFree(tx, name, 'username');
    const verifiedAt = verified === true ? now : null;
    const first = { userId: user.id, address: email, isPrimary: true, isPublic: shown === true };
    await tx.insert(Email, { ...first, verifiedAt, createdAt: now });
    await this.audit.record(tx, actor, 'user.create', { userId: user.id }, { user: name });
    return user;
  }

  byName(name: string): Promise<User | null> {
    return this.database.manager.findOneBy(User, { name: name.toLowerCase(), deletedAt: IsNull() });
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

  /**
   * By name, or by a verified address: what people type where "user name or e-mail" is asked. One statement, found or not, so
   * that the number of them tells nothing.
   */
  byLogin(login: string): Promise<User | null> {
    if (!login.includes('@')) return this.byName(login);
    return this.database.manager
      .createQueryBuilder(User, 'person')
      .innerJoin(Email, 'email', 'email.userId = person.id and email.verifiedAt is not null')
      .where('lower(email.address) = lower(:login) and person.deletedAt is null', { login })
      .getOne();
  }

  list(): Promise<User[]> {
    return this.database.manager.find(User, { where: { deletedAt: IsNull() }, order: { name: 'asc' } });
  }

  emails(userId: string): Promise<Email[]> {
    return this.database.manager.find(Email, { where: { userId }, order: { isPrimary: 'desc', id: 'asc' } });
  }

  /** Locks the account out everywhere, or lets it in again. Nothing of it is removed. */
  async setActive(actor: Actor, name: string, active: boolean): Promise<void> {
    const user = await this.named(name);
    await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const where = { id: user.id, deletedAt: IsNull() };
      await tx.update(User, where, { deactivatedAt: active ? null : now, updatedAt: now });
      const action = active ? 'user.activate' : 'user.deactivate';
      await this.audit.record(tx, actor, action, { userId: user.id }, { user: user.name });
    });
  }

  /** `fullName` and `website` as typed; empty ones are taken away. */
  async updateProfile(actor: Actor, user: User, typed: { fullName: string; website: string }): Promise<void> {
    const [fullName, website] = [typed.fullName.trim(), typed.website.trim()];
    const problems = profileProblems(fullName, website);
    if (problems !== null) throw invalidFields(problems);
    await this.database.transaction(async (tx) => {
      const changes = { fullName: fullName || null, website: website || null, updatedAt: this.clock.now() };
      await tx.update(User, { id: user.id }, changes);
      await holdSession(tx, originOf(actor).sessionId);
      await this.audit.record(tx, actor, 'user.update', { userId: user.id }, { user: user.name });
    });
  }
}

/** Tells by field which unique name or address was taken meanwhile. */
export async function namingProblems<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!isPostgresError(error, UNIQUE_VIOLATION)) throw error;
    const text = String(error);
    if (text.includes('emails')) throw invalidFields({ email: 'already in use' });
    if (text.includes('users_name')) throw invalidFields({ username: 'has already been taken' });
    throw error;
  }
}

/** What is wrong with a name (in lower case) and an address in themselves; null: nothing. */
export function userProblems(name: string, email: string): FieldErrors | null {
  const problems: FieldErrors = {};
  if (!/^[a-z0-9_.-]{3,64}$/.test(name)) problems['username'] = 'must be 3 to 64 letters, digits, "_", "-" or "."';
  else if (RESERVED.has(name)) problems['username'] = 'is reserved';
  const problem = addressProblem(email);
  if (problem !== null) problems['email'] = problem;
  return Object.keys(problems).length > 0 ? problems : null;
}

export const addressProblem = (address: string): string | null =>
  isMailAddress(address) && /\.[^.]+$/.test(address) ? null : 'is not an e-mail address';

function profileProblems(fullName: string, website: string): FieldErrors | null {
  const problems: FieldErrors = {};
  if (!/^[^\p{C}]{0,100}$/u.test(fullName)) problems['full_name'] = 'must be at most 100 printable characters';
  if (website !== '' && !isWebsite(website)) problems['website'] = 'must be an http or https address';
  return Object.keys(problems).length > 0 ? problems : null;
}

/** Becomes a link on pages that others see: nothing but http leads out of here. */
const isWebsite = (text: string): boolean =>
  text.length <= 200 && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !/[\s\p{C}]/u.test(text);
