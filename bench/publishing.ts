import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Organizations } from '../src/organizations/organizations.js';
import { Rebuilding } from '../src/registry/rebuilding.js';
import { settings, startApp, type TestApp } from '../test/support/app.js';
import { cloneDatabase } from '../test/support/database.js';
import { ask } from '../test/support/http.js';
import { team, type Team } from '../test/support/people.js';
import { type Service, startService } from '../test/support/programs.js';
import { tarball } from '../test/support/tarballs.js';
import { fillRepository } from './support/one-repository.js';

/**
 * What a publish costs as a repository grows, and how long it takes until another process serves what was published.
 * `npm run bench:publishing`; PUBLISHES (default 60) at each size.
 */
const SIZES = (process.env['SIZES'] ?? '100,1000,10000').split(',').map(Number);
const PUBLISHES = Number(process.env['PUBLISHES'] ?? 60);
const WARM_UP = 8;

let here: TestApp;
let publisher: Service;
let reader: Service;
let acme: Team;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'propolis-bench-'));
  const databaseUrl = await cloneDatabase();
  // Prepares and measures; the jobs are those of the two services.
  here = await startApp({ databaseUrl, env: { DATA_DIR: dataDir, JOBS_CONCURRENCY: '0' } });
  const { PORT: _, ...env }: Record<string, string> = { ...settings(dataDir, 0), DATABASE_URL: databaseUrl };
  publisher = await startService({ ...env, PUBLIC_URL: here.url });
  reader = await startService({ ...env, PUBLIC_URL: here.url });
  acme = await team(here);
}, 120_000);

afterAll(async () => {
  await Promise.all([publisher.stop(), reader.stop()]);
  await here.stop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Row {
  readonly packages: number;
  readonly rebuildSeconds: number;
  readonly publishMs: readonly number[];
  readonly visibleMs: readonly number[];
  /** Of the process that publishes, its share of the lists included. */
  readonly cpuMs: number;
}

const rows: Row[] = [];

test.each(SIZES)('%i packages', { timeout: 900_000 }, async (packages) => {
  await fillRepository(here.db, acme.name, packages);
  const repository = (await here.app.get(Organizations).repository(acme.name))!;
  const started = performance.now();
  await here.app.get(Rebuilding).all(repository.id, { again: true });
  const rebuildSeconds = (performance.now() - started) / 1000;
  for (let n = 0; n < WARM_UP; n += 1) await once(packages, n);
  const cpuBefore = cpuMsOf(publisher.child.pid!);
  const times = [];
  for (let n = WARM_UP; n < WARM_UP + PUBLISHES; n += 1) times.push(await once(packages, n));
  const cpuMs = (cpuMsOf(publisher.child.pid!) - cpuBefore) / PUBLISHES;
  const [publishMs, visibleMs] = [times.map((one) => one.publish), times.map((one) => one.visible)];
  rows.push({ packages, rebuildSeconds, publishMs, visibleMs, cpuMs });
});

/** A new version of a package that is there, or a new package, in turns. */
async function once(packages: number, n: number): Promise<{ publish: number; visible: number }> {
  const isNew = n % 2 === 1;
  const name = isNew ? `new_${packages}_${n}` : `bench_${1 + ((n * 7919) % packages)}`;
  const version = isNew ? '1.0.0' : `2.${packages}.${n}`;
  const bytes = await tarball({ name, version });
  const begun = performance.now();
  const { status } = await ask(`${publisher.url}/api/repos/${acme.name}/publish`, {
    ...{ method: 'POST', key: acme.publishKey, bytes },
  });
  const answered = performance.now();
  expect(status).toBe(201);
  const url = `${reader.url}/repo/repos/${acme.name}/tarballs/${name}-${version}.tar`;
  // A tarball is served by what its index names, so the one is there when the other is.
  for (let answer = await ask(url, { key: acme.fetchKey }); answer.status !== 200;) {
    if (performance.now() - answered > 10_000)
      throw new Error(`${name} ${version}: ${answer.status} ${answer.bytes.toString()}`);
    answer = await ask(url, { key: acme.fetchKey });
  }
  return { publish: answered - begun, visible: performance.now() - answered };
}

test('in sum', () => {
  const at = (values: readonly number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
  const ms = (value: number) => value.toFixed(1).padStart(9);
  const lines = rows.map(({ packages, rebuildSeconds, publishMs, visibleMs, cpuMs }) =>
    [
      String(packages).padStart(9),
      ...[ms(at(publishMs, 0.5)), ms(at(publishMs, 0.99)), ms(cpuMs)],
      ...[ms(at(visibleMs, 0.5)), ms(at(visibleMs, 0.99)), rebuildSeconds.toFixed(1).padStart(9)],
    ].join(' '),
  );
  const exponent = (of: (row: Row) => number) => slope(rows.map((row) => [Math.log(row.packages), Math.log(of(row))]));
  process.stdout.write(
    [
      '',
      ' packages   publish       p99       CPU   visible       p99   rebuild   (ms; visible: from the answer until another process serves it; rebuild in s)',
      ...lines,
      `growth of a publish: n^${exponent((row) => at(row.publishMs, 0.5)).toFixed(3)} in time, n^${exponent((row) => row.cpuMs).toFixed(3)} in processor time of its process`,
      '',
    ].join('\n') + '\n',
  );
});

/** Least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return over / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
}

/** User and system time of a process, in ms: clock ticks are a hundredth of a second on Linux. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
