import { DataSource } from 'typeorm';
import { Keys } from '../../src/accounts/keys.js';
import { type Permission } from '../../src/accounts/permissions.js';
import { type User } from '../../src/accounts/user.entity.js';
import { Users } from '../../src/accounts/users.js';
import { type Actor } from '../../src/audit/actor.js';
import { type Role } from '../../src/organizations/member.entity.js';
import { Members } from '../../src/organizations/members.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { type TestApp } from './app.js';

export const TESTS: Actor = { kind: 'system', name: 'tests' };
export const PASSWORD = 'correct horse battery';

export const api = (resource: 'read' | 'write' | null = null): Permission => ({ domain: 'api', resource });
export const repositories: Permission = { domain: 'repositories', resource: null };
export const repository = (name: string): Permission => ({ domain: 'repository', resource: name });
export const onlyPackage = (name: string): Permission => ({ domain: 'package', resource: name });

let number = 0;
/** A name nobody has yet. */
export const unique = (prefix: string): string => `${prefix}${(number += 1)}`;

/** Hashing takes a tenth of a second of both cores, by design; everybody here has the same password, so once is enough. */
let passwordHash: Promise<string> | undefined;

export async function person({ app }: TestApp, name = unique('person')): Promise<User> {
  const users = app.get(Users);
  const email = `${name}@example.org`;
  passwordHash ??= users.check({}, { name, email, password: PASSWORD }).then((checked) => checked.passwordHash);
  const checked = { name, email, verified: true, passwordHash: await passwordHash };
  return app.get(DataSource).transaction((tx) => users.createIn(tx, TESTS, checked));
}

/** The secret of a new key. */
export async function keyOf(
  { app }: TestApp,
  owner: User | Organization,
  ...permissions: Permission[]
): Promise<string> {
  const of = 'trialEndsAt' in owner ? { organizationId: owner.id } : { userId: owner.id };
  return (await app.get(Keys).create(TESTS, of, { name: unique('key'), permissions })).secret;
}

/** An organization with one person in each role, and the keys they would use. */
export interface Team {
  readonly organization: Organization;
  readonly name: string;
  readonly people: Record<Exclude<Role, 'billing'>, User>;
  /** Of the writer: the whole API. */
  readonly publishKey: string;
  /** Of the organization: fetching only. */
  readonly fetchKey: string;
}

export async function team(test: TestApp, name = unique('team')): Promise<Team> {
  const people = { admin: await person(test), write: await person(test), read: await person(test) };
  const organization = await test.app.get(Organizations).create(TESTS, name, people.admin);
  for (const role of ['write', 'read'] as const)
    await test.app.get(Members).add(TESTS, organization, people[role], role);
  return {
    ...{ organization, name, people },
    publishKey: await keyOf(test, people.write, api()),
    fetchKey: await keyOf(test, organization, repository(name)),
  };
}
