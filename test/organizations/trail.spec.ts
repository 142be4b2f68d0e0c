import { beforeAll, expect, test } from 'vitest';
import { type AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { Trail, type TrailFilter } from '../../src/audit/trail.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { useApp } from '../support/app.js';
import { person, TESTS, unique } from '../support/people.js';

const app = useApp();
const ENTRIES = 40_000;
let id: string;
let other: string;

beforeAll(async () => {
  const admin = await person(app);
  [id, other] = (await Promise.all(
    [0, 1].map(async () => (await app.app.get(Organizations).create(TESTS, unique('log'), admin)).id),
  )) as [string, string];
  // A year of acts by 50 people, of 7 kinds, among those of another organization. Two in a moment, as happens.
  await app.db.query(
    `insert into audit_entries (action, actor_kind, actor_name, subject_organization_id, params, at)
     select 'kind.' || n % 7, 'user', 'person' || n % 50, case when n % 4 = 0 then $2::bigint else $1::bigint end,
            jsonb_build_object('n', n), timestamptz '2025-01-01' + (n / 2) * interval '25 minutes'
     from generate_series(1, $3::int) n`,
    [id, other, ENTRIES],
  );
  await app.db.query('analyze audit_entries');
});

const trail = () => app.app.get(Trail);

async function walk(filter: TrailFilter, size: number): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (let after: string | null = null; ;) {
    const page = await trail().page(id, filter, after, size);
    found.push(...page.entries);
    if (page.next === null) return found;
    expect(page.entries).toHaveLength(size);
    after = page.next;
  }
}

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

test.each<[string, TrailFilter]>([
  ['a kind of act', { action: 'kind.3', from: day('2026-06-01') }],
  ['a person', { actor: 'person7' }],
  ['both', { action: 'kind.5', actor: 'person12' }],
  ['days', { from: day('2025-03-01'), to: day('2025-03-04') }],
  ['nobody', { actor: 'nobody' }],
])('pages by %s hold every entry once, newest first, and none of others', async (_what, filter) => {
  const expected = await app.db.query<{ id: string }[]>(
    `select id from audit_entries where subject_organization_id = $1 and ($2::text is null or action = $2)
       and ($3::text is null or actor_name = $3) and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
     order by at desc, id desc`,
    [id, filter.action ?? null, filter.actor ?? null, filter.from ?? null, filter.to ?? null],
  );
  const found = await walk(filter, 37);
  expect(found.map((entry) => entry.id)).toEqual(expected.map((row) => row.id));
});

test('the whole of it, as an export reads it', async () => {
  let number = 0;
  for await (const entry of trail().all(id, {})) {
    number += 1;
    expect(entry.subjectOrganizationId).toBe(id);
  }
  expect(number).toBe(ENTRIES * 0.75 + 1);
});

test('every kind of act is offered, and only those there were', async () => {
  expect(await trail().actions(id)).toEqual([
    ...Array.from({ length: 7 }, (_, n) => `kind.${n}`),
    'organization.create',
  ]);
  expect(await trail().actions('0')).toEqual([]);
});

test('no page reads the table: each filter has its index', async () => {
  const explain = async (filter: TrailFilter, after: string | null): Promise<string> => {
    const plans: string[] = [];
    const log = app.db.createQueryRunner();
    const spied = new Trail({ manager: app.db.createEntityManager(log) } as never);
    const query = log.query.bind(log) as (sql: string, values?: unknown[], whole?: boolean) => Promise<unknown>;
    log.query = (async (sql: string, values?: unknown[], whole?: boolean) => {
      const rows = (await query(`explain ${sql}`, values)) as { 'QUERY PLAN': string }[];
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      return query(sql, values, whole);
    }) as never;
    await spied.page(id, filter, after, 50);
    await log.release();
    return plans.join('\n');
  };
  const [{ id: middle }] = await app.db.query<[{ id: string }]>(
    `select id from audit_entries where subject_organization_id = $1 order by at offset 10000 limit 1`,
    [id],
  );
  for (const after of [null, middle])
    for (const [filter, index] of [
      [{}, 'audit_entries_time'],
      [{ action: 'kind.3' }, 'audit_entries_action'],
      [{ actor: 'person7' }, 'audit_entries_actor'],
      [{ from: day('2025-03-01'), to: day('2025-03-04') }, 'audit_entries_time'],
    ] as const) {
      const plan = await explain(filter, after);
      expect(plan).toContain(index);
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    }
});
