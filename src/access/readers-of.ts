import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Permission } from '../accounts/permissions.js';
import { type Role } from '../organizations/member.entity.js';
import { type Organization } from '../organizations/organization.entity.js';
import { type Standing } from '../organizations/standing.js';
import { Standings } from '../organizations/standings.js';
import { Clock } from '../platform/clock.js';
import { EVERYTHING } from './callers.js';
import { livingKeysAround, type KeyRow, openMembers, type PersonRow } from './readers-of.queries.js';
import { type Answer, decide, ITSELF, type Target } from './table.js';

/** A person who can read, and why. */
export type ReadingPerson = PersonRow;

/** A key that can read: whose, and by which of its permissions. */
export interface ReadingKey extends KeyRow {
  readonly by: readonly Permission[];
}

export interface ReadersList {
  readonly standing: Standing;
  readonly people: readonly ReadingPerson[];
  readonly keys: readonly ReadingKey[];
  /** Those who could read if the organization's standing let anybody. */
  readonly waiting: { readonly people: readonly ReadingPerson[]; readonly keys: readonly ReadingKey[] };
}

/**
 * Who can read a private repository, or one package of it. It asks the gate's own table (`decide`, `repository.fetch`) for
 * each member and each living key there is, so the list is the gate's answer and not a second opinion. Two statements,
 * however many there are: only members, their keys and the organization's own keys can get a yes.
 */
@Injectable()
export class ReadersOf {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly standings: Standings,
  ) {}

  async list(organization: Organization, pkg?: string): Promise<ReadersList> {
    const now = this.clock.now();
    const db = this.database.manager;
    const [members, keys] = [await openMembers(db, organization.id), await livingKeysAround(db, organization.id, now)];
    const standing = this.standings.of(organization);
    const target = { name: organization.name, package: pkg };
    const people = members.map((it) => ({ it, answer: ask(target, EVERYTHING, it.role, standing) }));
    const held = keys.map((it) => withReason(target, it, standing));
    const those = (answer: Answer) => ({
      people: people.filter((one) => one.answer === answer).map(({ it }) => it),
      keys: held.filter((one) => one.answer === answer).map(({ it }) => it),
    });
    return { standing, ...those('yes'), waiting: those('standing') };
  }
}

const ask = (target: Target, permissions: readonly Permission[], role: Role, standing: Standing): Answer =>
  decide('repository.fetch', target, { authenticated: true, permissions, role, standing });

function withReason(target: Target, row: KeyRow, standing: Standing) {
  const role = row.role ?? ITSELF;
  const answer = ask(target, row.permissions, role, standing);
  return { it: { ...row, by: row.permissions.filter((one) => ask(target, [one], role, standing) === answer) }, answer };
}
