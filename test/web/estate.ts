import { randomUUID } from 'node:crypto';
import { Email } from '../../src/accounts/email.entity.js';
import { Keys } from '../../src/accounts/keys.js';
import { Passkey } from '../../src/accounts/passkey.entity.js';
import { User } from '../../src/accounts/user.entity.js';
import { Invitations } from '../../src/organizations/invitations.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type TestApp } from '../support/app.js';
import { type Browsing, browse } from '../support/browsing.js';
import { ask, publish } from '../support/http.js';
import { mailTo } from '../support/mailbox.js';
import { api, keyOf, TESTS, unique } from '../support/people.js';
import { tarball } from '../support/tarballs.js';

/** Those for whom the table of pages has a column, in its order. */
export const VISITORS = ['anonymous', 'stranger', 'reader', 'writer', 'billing', 'admin', 'removed'] as const;
export type VisitorKind = (typeof VISITORS)[number];

/** One organization with everybody in it that the table speaks of, quickly made: these people have no passwords. */
export class Estate {
  constructor(
    readonly test: TestApp,
    readonly organization: Organization,
    readonly people: Readonly<Record<Exclude<VisitorKind, 'anonymous'>, User>>,
    /** A second admin, so that the first may go. */
    readonly other: User,
  ) {}

  get name(): string {
    return this.organization.name;
  }

  /** A new one each time: what a form did to its cookies is nobody else's business. */
  browser(kind: VisitorKind): Promise<Browsing> {
    return browse(this.test, this.user(kind));
  }

  user(kind: VisitorKind): User | undefined {
    return kind === 'anonymous' ? undefined : this.people[kind];
  }

  private readonly published = new Set<string>();

  /** Publishes `wax`, once; the organization has it from then on. */
  async wax(version = '1.0.0'): Promise<void> {
    if (this.published.has(version)) return;
    const key = await keyOf(this.test, this.people.admin, api());
    const { status } = await publish(this.test.url, this.name, key, { name: 'wax', version });
    if (status !== 201) throw new Error(`wax was not published: ${status}`);
    this.published.add(version);
  }

  /** A package of the public repository, whose only owner is the writer. */
  async publicPackage(): Promise<string> {
    const key = await keyOf(this.test, this.people.writer, api());
    const name = unique('honey');
    const bytes = await tarball({ name });
    const { status } = await ask(`${this.test.url}/api/publish`, { method: 'POST', key, bytes });
    if (status !== 201) throw new Error(`${name} was not published: ${status}`);
    return name;
  }

  /** The id of a new key of the organization, or of a person. */
  async key(owner: User | Organization): Promise<string> {
    const of = 'trialEndsAt' in owner ? { organizationId: owner.id } : { userId: owner.id };
    const made = await this.test.app.get(Keys).create(TESTS, of, { name: unique('key'), permissions: [api('read')] });
    return made.key.id;
  }

  /** An open invitation: its id, and the secret in its link. */
  async invitation(): Promise<{ id: string; token: string }> {
    const address = `${unique('guest')}@example.org`;
    const by = { kind: 'user', userId: this.people.admin.id, name: this.people.admin.name, origin: {} } as const;
    await this.test.app.get(Invitations).invite(by, this.organization, address, 'read');
    const [row] = await this.test.db.query<{ id: string }[]>('select id from invitations where address = $1', [
      address,
    ]);
    const { link } = await mailTo(this.test, address);
    return { id: row!.id, token: new URL(link).searchParams.get('token')! };
  }

  async session(user: User): Promise<string> {
    await browse(this.test, user);
    const rows = await this.test.db.query<{ id: string }[]>(
      'select id from sessions where user_id = $1 and revoked_at is null order by id desc limit 1',
      [user.id],
    );
    return rows[0]!.id;
  }

  async email(user: User): Promise<string> {
    const { manager } = this.test.db;
    const now = new Date();
    const email = { userId: user.id, address: `${unique('more')}@example.org`, isPrimary: false, isPublic: false };
    const saved = await manager.save(manager.create(Email, { ...email, verifiedAt: now, createdAt: now }));
    return saved.id;
  }

  async passkey(user: User): Promise<string> {
    const { manager } = this.test.db;
    const saved = await manager.save(
      manager.create(Passkey, {
        ...{ userId: user.id, name: 'blue', credentialId: randomUUID(), publicKey: Buffer.alloc(8) },
        ...{ counter: '0', transports: [], isSynced: false, createdAt: new Date(), lastUsedAt: null },
      }),
    );
    return saved.id;
  }

  /** The code that a terminal shows. */
  async userCode(): Promise<string> {
    const { client_id, scope } = { client_id: '78ea6566-89fd-481e-a1d6-7d9d78eacca8', scope: 'repositories' };
    const response = await fetch(`${this.test.url}/api/oauth/device_authorization`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', 'user-agent': 'tests' } },
      body: JSON.stringify({ client_id, scope, name: 'laptop' }),
    });
    return ((await response.json()) as { user_code: string }).user_code;
  }
}

export async function estate(test: TestApp): Promise<Estate> {
  const kinds = ['stranger', 'reader', 'writer', 'billing', 'admin', 'removed'] as const;
  const entries = await Promise.all(kinds.map(async (kind) => [kind, await quickPerson(test, kind)] as const));
  const people = Object.fromEntries(entries) as Estate['people'];
  const other = await quickPerson(test, 'other');
  const [organizations, members] = [test.app.get(Organizations), test.app.get(Members)];
  const organization = await organizations.create(TESTS, unique('hive'), people.admin);
  await organizations.create(TESTS, unique('elsewhere'), people.stranger);
  await members.add(TESTS, organization, other, 'admin');
  await members.add(TESTS, organization, people.reader, 'read');
  await members.add(TESTS, organization, people.writer, 'write');
  await members.add(TESTS, organization, people.billing, 'billing');
  await members.add(TESTS, organization, people.removed, 'write');
  await members.remove(TESTS, organization, people.removed);
  return new Estate(test, organization, people, other);
}

export async function quickPerson({ db }: TestApp, kind: string): Promise<User> {
  const name = unique(kind);
  const rows = await db.query<{ id: string }[]>(
    `with made as (insert into users (name, created_at, updated_at) values ($1, now(), now()) returning id)
     insert into emails (user_id, address, is_primary, verified_at, created_at)
     select id, $2, true, now(), now() from made returning user_id as id`,
    [name, `${name}@example.org`],
  );
  return db.manager.findOneByOrFail(User, { id: rows[0]!.id });
}
