import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Members } from '../src/organizations/members.js';
import { Organization } from '../src/organizations/organization.entity.js';
import { OrganizationRenamed } from '../src/organizations/organizations.events.js';
import { Jobs } from '../src/platform/jobs.js';
import { Rebuilding } from '../src/registry/rebuilding.js';
import { settings, startApp, type TestApp } from '../test/support/app.js';
import { cloneDatabase } from '../test/support/database.js';
import { api, keyOf, person, TESTS } from '../test/support/people.js';
import { type DeliveryData, makeDeliveryData, type Wanted } from './support/delivery-data.js';
import { atRate, countedOf, median, notesOf, type OpenLoop, turnWords } from './support/load.js';
import { makePublishable, showIndexes } from './support/publishable-data.js';
import { startRebuildCommand } from './support/rebuild-command.js';
import { childrenOf, Group, parentOf } from './support/groups.js';
import * as servers from './support/servers.js';
import { CORES, type Server, tools } from './support/servers.js';
import { SteadyPublisher } from './support/steady-publisher.js';

/**
 * What fetches feel of a publish each second and of a rebuild of the whole registry: one process that does everything (fetches, API,
 * site, jobs) asked by the clock, beside nginx with `auth_request` on the same core under the same load of the machine.
 * `npm run bench:interference`; BENCH_ROUNDS (default 5), BENCH_SECONDS of a turn (3), BENCH_RATES, BENCH_ONLY (starts of the names
 * of what runs beside, with commas between).
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 3);
const RATES = (process.env['BENCH_RATES'] ?? '1400,14000').split(',').map(Number);
const ONLY = process.env['BENCH_ONLY']?.split(',');
const LINES = 4000;
const ACME = 'acme';

let here: TestApp;
let directory: string;
let data: DeliveryData;
let repositoryId: string;
let publisher: SteadyPublisher;
let rebuildEnv: Record<string, string>;
let all: Server[] = [];
let group: Group | undefined;

beforeAll(async () => {
  // What this process does is the generator's side.
  if (tools.taskset) execFileSync('taskset', ['-a', '-c', '-p', CORES.generator, String(process.pid)]);
  directory = await mkdtemp(join(tmpdir(), 'propolis-bench-'));
  const databaseUrl = await cloneDatabase();
  here = await startApp({ databaseUrl, env: { DATA_DIR: directory, JOBS_CONCURRENCY: '0', BILLING: 'off' } });
  data = await makeDeliveryData(here.db, directory, settings(directory, 0)['SECRET_KEY']!, ACME);
  await makePublishable(here.db, ACME);
  const [repository] = await here.db.query<{ id: string }[]>(`select id from repositories where name = $1`, [ACME]);
  repositoryId = repository!.id;
  await here.app.get(Rebuilding).all(repositoryId, { again: true });
  data = await showIndexes(here.db, data, directory, ACME);
  await here.db.query('vacuum analyze');
  const keysFile = join(directory, 'keys');
  writeFileSync(keysFile, data.keys.join('\n'));
  all = [await servers.startPropolis(databaseUrl, directory, { JOBS_CONCURRENCY: '4', PUBLIC_URL: here.url })];
  if (tools.nginx) all.push(await servers.startAuthRequest(directory, keysFile, data.root));
  group = Group.make('service');
  group?.add([...(await postgres()), ...all.flatMap(({ processes }) => processes.map(({ pid }) => pid!))]);
  publisher = new SteadyPublisher(
    `http://127.0.0.1:${all[0]!.port}/api/repos/${ACME}/publish`,
    await writersKey(),
    (number) => `bench_package_${(number * 7919) % data.index.length}`,
  );
  rebuildEnv = { ...settings(directory, 0), DATABASE_URL: databaseUrl, BILLING: 'off', LOG_LEVEL: 'warn' };
}, 600_000);

afterAll(async () => {
  for (const server of all) await servers.stop(server);
  await here.stop();
  group?.remove();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

/** Where it is the one of the tests; what it starts later follows. */
async function postgres(): Promise<number[]> {
  const [backend] = await here.db.query<{ pid: number }[]>('select pg_backend_pid() as pid');
  const server = parentOf(backend!.pid);
  return server === undefined ? [] : [server, ...childrenOf(server)];
}

async function writersKey(): Promise<string> {
  const organization = await here.db.manager.findOneByOrFail(Organization, { name: ACME });
  const writer = await person(here);
  await here.app.get(Members).add(TESTS, organization, writer, 'write');
  return keyOf(here, writer, api());
}

/** What the machine, or the process itself, does beside the fetches. */
interface Beside {
  readonly name: string;
  /** Begins it for a turn of the load; answers with what ends it. */
  readonly begin: () => Promise<() => Promise<void>>;
  /** After the last turn. */
  readonly end?: () => Promise<void>;
}

const BESIDE: readonly Beside[] = [
  { name: 'nothing', begin: async () => async () => undefined },
  {
    name: 'a publish each second',
    begin: async () => {
      await publisher.prepare(SECONDS + 1);
      const stop = publisher.start();
      return stop;
    },
  },
  { name: 'rebuild as a job of the same process', begin: rebuildAsJob, end: untilRebuilt },
  { name: 'rebuild by command, its own process', begin: rebuildByCommand },
];

/** Goes on through the turns; each makes sure that one runs. */
async function rebuildAsJob() {
  if (!(await isRebuilding())) {
    await touchAll();
    await here.app.get(Jobs).enqueue(here.db, `registry hears ${OrganizationRenamed.name}`, { repositoryId });
    while (!(await isRebuilding())) await sleep(50);
  }
  return async () => undefined;
}

async function rebuildByCommand() {
  await touchAll();
  return startRebuildCommand(here.db, rebuildEnv, group);
}

/** Every index comes out otherwise than it was, as after a renaming; what comes out the same would not even be announced. */
async function touchAll(): Promise<void> {
  await here.db.query(`update releases set created_at = created_at + interval '1 second'`);
  // Sixty thousand rows at once are the benchmark's doing, and so is what Postgres has to do after it.
  await here.db.query('vacuum analyze releases');
  await here.db.query('checkpoint');
}

const isRebuilding = async (): Promise<boolean> =>
  (await here.db.query<unknown[]>(`select 1 from registry_rebuilds where reached <> ''`)).length > 0;

async function untilRebuilt(): Promise<void> {
  while (await isRebuilding()) await sleep(200);
}

interface Row {
  readonly beside: Beside;
  readonly rate: number;
  readonly server: Server;
  readonly results: OpenLoop[];
}

test('fetches beside publishing and rebuilding', { timeout: 1_800_000 }, async () => {
  if (!tools.nginx) say('nginx is not on this machine: no comparison.');
  if (group === undefined)
    say('No groups of processes can be made here: each Postgres process weighs as much as the service.');
  for (const server of all) await atRate(server, fileFor(server), 4_000, 3);
  const rows: Row[] = [];
  const asked = BESIDE.filter(({ name }) => ONLY === undefined || ONLY.some((word) => name.startsWith(word)));
  const rowsOf = (beside: Beside): Row[] =>
    RATES.flatMap((rate) => all.map((server) => ({ beside, rate, server, results: [] })));
  // All in turn, so that what disturbs the machine for minutes disturbs each of them; only what goes on between turns comes by itself.
  for (const together of [
    asked.filter(({ end }) => end === undefined),
    ...asked.filter(({ end }) => end).map((one) => [one]),
  ]) {
    const mine = together.flatMap(rowsOf);
    rows.push(...mine);
    for (let round = 0; round < ROUNDS; round += 1) for (const row of mine) await turn(row);
    for (const { end } of together) await end?.();
  }
  say([...table(rows), '', ...publishes(), ...memory()].join('\n'));
  expect(rows.flatMap(({ results }) => results).reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
  expect(publisher.results.statuses.filter((status) => status !== 201)).toEqual([]);
});

async function turn({ beside, server, rate, results }: Row): Promise<void> {
  const end = await beside.begin();
  try {
    const result = await atRate(server, fileFor(server), rate, SECONDS);
    results.push(result);
    say(
      `${beside.name}, ${rate} a second, ${server.name}: p99 ${turnWords(result)}, longest ${result.max.toFixed(1)}, late ${result.late}`,
    );
  } finally {
    await end();
  }
}

const files = new Map<string, string>();

/** Indexes, half of them known already, and small tarballs: what machines ask for when they build. */
function fileFor(server: Server): string {
  const held = files.get(server.name);
  if (held !== undefined) return held;
  const etag = (wanted: Wanted) => (server.name.startsWith('nginx') ? nginxEtag(wanted) : wanted.etag);
  const lines = [
    ...pick(data.index, LINES / 4).map((one) => `${one.path} KEY -`),
    ...pick(data.index, LINES / 4).map((one) => `${one.path} KEY ${etag(one)}`),
    ...pick(data.tarball, LINES / 2).map((one) => `${one.path} KEY -`),
  ].map((line, at) => line.replace('KEY', data.keys[(at * 31) % data.keys.length]!));
  const name = join(directory, `requests-${files.size}`);
  // Taken by a stride that meets each once: neighbours of a kind are spread over the whole.
  writeFileSync(name, lines.map((_, at) => lines[(at * 1_237) % lines.length]).join('\n'));
  files.set(server.name, name);
  return name;
}

const pick = (from: readonly Wanted[], many: number): Wanted[] =>
  Array.from({ length: many }, (_, at) => from[Math.floor((at * from.length) / many)]!);

function nginxEtag({ path }: Wanted): string {
  const { mtimeMs, size } = statSync(join(data.root, path));
  return `"${Math.floor(mtimeMs / 1000).toString(16)}-${size.toString(16)}"`;
}

function table(rows: readonly Row[]): string[] {
  const [propolis, nginx] = all;
  const p99 = (row: Row | undefined) => median(countedOf(row?.results ?? []).map((one) => one.p99));
  const find = (beside: Beside | undefined, rate: number, server: Server | undefined) =>
    rows.find((row) => row.beside === beside && row.rate === rate && row.server === server);
  const lines = rows
    .filter(({ server }) => server === propolis)
    .map((row) => {
      const [same, alone] = [find(row.beside, row.rate, nginx), find(BESIDE[0], row.rate, nginx)];
      const ratio = (other: Row | undefined) => (other === undefined ? '–' : (p99(row) / p99(other)).toFixed(2));
      const cells = [
        row.beside.name,
        row.rate.toLocaleString('en'),
        shown(row),
        same === undefined ? '–' : shown(same),
      ];
      return `| ${[...cells, ratio(same), ratio(alone)].join(' | ')} |`;
    });
  return [
    'Open loop, p50 / p99 / longest in ms, medians of the turns in which the generator held the rate:',
    '| beside | a second | Propolis, everything in one process | nginx + auth_request, same time | ratio of p99 | to nginx beside nothing |',
    '|---|---|---|---|---|---|',
    ...lines,
  ];
}

function shown({ results }: Row): string {
  const at = (of: (one: OpenLoop) => number) => median(countedOf(results).map(of)).toFixed(2);
  return `${at((one) => one.p50)} / ${at((one) => one.p99)} / ${at((one) => one.max)}${notesOf(results)}`;
}

function publishes(): string[] {
  const { times } = publisher.results;
  if (times.length === 0) return [];
  return [
    `${times.length} publishes meanwhile: median ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms.`,
  ];
}

function memory(): string[] {
  const { now, most } = servers.memoryMb(all[0]!);
  return [`Resident memory of Propolis after all of it: ${Math.round(now)} MB (at most ${Math.round(most)}).`];
}

const say = (text: string): void => void process.stdout.write(`\n${text}\n`);
