import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type User } from '../src/accounts/user.entity.js';
import { Users } from '../src/accounts/users.js';
import { paths } from '../src/platform/paths.js';
import { type TestApp, useApp } from '../test/support/app.js';
import { browse, type Browsing } from '../test/support/browsing.js';
import { watchStatements } from '../test/support/statements.js';
import { big, fill, small } from './support/big-data.js';

/** How often each page is asked for; the first asks, which compile and warm up, do not count. */
const TIMES = Number(process.env['BENCH_TIMES'] ?? 40);
const WARM_UP = 5;
/** What every page must stay below in the median, in milliseconds of server time. */
const LIMIT = 50;

type Who = 'nobody' | 'admin';

interface BenchPage {
  readonly who: Who;
  readonly address: string;
}

const PRIVATE = 'bench_small_1';
const POPULAR = 'bench_small_1';
const PUBLIC = 'bench_parser_2';

/** Every page there is, by address and visitor; one that is not built yet is said to be skipped. */
const pages: readonly BenchPage[] = [
  ...[
    paths.home,
    paths.packages(),
    paths.packages('parser'),
    paths.packages('bench_parser_2'),
    paths.packages('prser'),
  ].map((address) => ({ who: 'nobody' as const, address })),
  { who: 'nobody', address: paths.package(undefined, PUBLIC) },
  { who: 'nobody', address: paths.release(undefined, PUBLIC, '1.2.0') },
  { who: 'nobody', address: paths.packageTab(undefined, PUBLIC, 'versions') },
  { who: 'nobody', address: paths.packageTab(undefined, PUBLIC, 'dependencies') },
  { who: 'nobody', address: paths.packageTab(undefined, PUBLIC, 'dependents') },
  { who: 'nobody', address: paths.packageTab(undefined, PUBLIC, 'owners') },
  { who: 'nobody', address: paths.user('bench_1') },
  ...[paths.login(), paths.signup, paths.forgotPassword].map((address) => ({ who: 'nobody' as const, address })),
  ...[
    ...[
      paths.home,
      paths.packages(),
      paths.packages('parser'),
      paths.packages('fast server'),
      paths.packages('bnch_jsn'),
    ],
    ...['relevance', 'name', 'updated', 'downloads'].map((sort) =>
      paths.packageList({ search: 'bench', sort, organization: undefined, page: undefined }),
    ),
    paths.packageList({ search: undefined, sort: 'downloads', organization: 'acme', page: '3' }),
    paths.package('acme', PRIVATE),
    paths.release('acme', PRIVATE, '1.2.0'),
    ...['versions', 'dependencies', 'dependents'].map((tab) => paths.packageTab('acme', POPULAR, tab)),
    paths.user('bench_2'),
    ...[paths.profile, paths.emails, paths.password, paths.security, paths.sessions, paths.keys, paths.activity],
    ...[paths.deleteAccount, paths.organizations, paths.newOrganization, paths.organization('acme')],
    ...[paths.members('acme'), paths.organizationKeys('acme'), paths.audit('acme'), paths.readers('acme')],
    ...[`${paths.readers('acme')}?package=${PRIVATE}`, paths.settings('acme'), paths.device()],
  ].map((address) => ({ who: 'admin' as const, address })),
];

interface Measured {
  readonly status: number;
  readonly statements: number;
  readonly median: number;
  readonly p95: number;
}

const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm', JOBS_CONCURRENCY: '0', LOG_LEVEL: 'silent' } });

test('every page, with little and with much in the database', { timeout: 1_800_000 }, async () => {
  await fill(app.db, small);
  const user = (await app.app.get(Users).byName('bench_1'))!;
  const before = await measureAll(user, 5);
  await fill(app.db, big);
  const after = await measureAll(user, TIMES);
  const lines = pages.map((page, index) => line(page, before[index]!, after[index]!));
  const report = [HEAD, ...lines, '', await amounts(app)].join('\n');
  process.stdout.write(`\n${report}\n`);
  if (process.env['BENCH_OUT']) writeFileSync(process.env['BENCH_OUT'], `${report}\n`);
  const built = pages.map((page, index) => ({ page, less: before[index]!, more: after[index]! }));
  const found = built.filter(({ more }) => more.status === 200);
  expect(found.filter(({ less, more }) => less.statements !== more.statements).map(({ page }) => page.address)).toEqual(
    [],
  );
  expect(found.filter(({ more }) => more.median >= LIMIT).map(({ page }) => page.address)).toEqual([]);
});

async function measureAll(user: User, times: number): Promise<Measured[]> {
  const visitors: Record<Who, Browsing> = { nobody: await browse(app), admin: await browse(app, user) };
  const measured: Measured[] = [];
  for (const { who, address } of pages) measured.push(await measure(visitors[who], address, times));
  return measured;
}

/** Server time without the network: the request is handed to the framework in this process. */
async function measure(visitor: Browsing, address: string, times: number): Promise<Measured> {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const fastify = app.app.getHttpAdapter().getInstance();
  const get = () => fastify.inject({ method: 'GET', url: address, headers: { cookie, 'user-agent': 'bench' } });
  for (let round = 0; round < WARM_UP; round += 1) await get();
  const seen = watchStatements(app);
  const { statusCode } = await get();
  const statements = seen.end().length;
  const taken: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const started = performance.now();
    await get();
    taken.push(performance.now() - started);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { status: statusCode, statements, median: at(0.5), p95: at(0.95) };
}

const HEAD = `${'page'.padEnd(72)}visitor  status  statements  median ms  p95 ms`;

function line({ who, address }: BenchPage, less: Measured, more: Measured): string {
  const statements =
    less.statements === more.statements ? String(more.statements) : `${less.statements}→${more.statements}`;
  const numbers = [String(more.status).padStart(6), statements.padStart(10), more.median.toFixed(1).padStart(9)];
  return `${address.padEnd(72)}${who.padEnd(8)} ${numbers.join('  ')}  ${more.p95.toFixed(1).padStart(6)}`;
}

async function amounts({ db }: TestApp): Promise<string> {
  const tables = ['organizations', 'packages', 'releases', 'users', 'keys', 'audit_entries', 'package_downloads'];
  const counts = await Promise.all(
    tables.map(async (table) => {
      const rows = await db.query<{ count: string }[]>(`select count(*) from ${table}`);
      return `${Number(rows[0]!.count).toLocaleString('en')} ${table.replaceAll('_', ' ')}`;
    }),
  );
  return counts.join(', ');
}
