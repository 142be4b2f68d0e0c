import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AMOUNTS } from './support/delivery-data.js';
import { type DeliveryWorld, deliveryWorld } from './support/delivery-world.js';
import { type Kind, KINDS, requestsOf } from './support/kinds.js';
import {
  atRate,
  countedOf,
  full,
  median,
  notesOf,
  type OpenLoop,
  type Throughput,
  turnWords,
  warm,
} from './support/load.js';
import * as servers from './support/servers.js';
import { CORES, type Server, tools } from './support/servers.js';

/** Rounds, in each of which every server has its turn; and the seconds of a turn. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 1);
const ONLY = process.env['BENCH_ONLY']?.split(',');
const RATES = [1_400, 14_000];
/** Of the open loop: one of a hundred latencies in turns any shorter or fewer is a matter of luck (0.8 and 2.1 of nginx' on one day). */
const OPEN = { rounds: Math.max(7, ROUNDS), seconds: Math.max(3, SECONDS) };

let world: DeliveryWorld;
let all: Server[] = [];

beforeAll(async () => {
  world = await deliveryWorld();
  const { directory, databaseUrl, data } = world;
  const keysFile = join(directory, 'keys');
  writeFileSync(keysFile, data.keys.join('\n'));
  all = [await servers.startPropolis(databaseUrl, directory), await servers.startRawNode(keysFile, data.root)];
  if (tools.nginx)
    all.push(
      await servers.startAuthRequest(directory, keysFile, data.root),
      await servers.startNginx(directory, data.root),
    );
}, 300_000);

afterAll(async () => {
  for (const server of all) await servers.stop(server);
  await world.end();
}, 60_000);

test('delivery beside nginx and plain Node', { timeout: 1_800_000 }, async () => {
  for (const [tool, isHere] of Object.entries(tools))
    if (!isHere) say(`${tool} is not on this machine: what needs it is left out.`);
  if (!tools.wrk) return;
  const kinds = KINDS.filter((kind) => ONLY === undefined || ONLY.some((word) => kind.startsWith(word)));
  const throughput = new Map<Kind, Map<Server, Throughput[]>>();
  for (const kind of kinds) throughput.set(kind, await measure(kind));
  const open = ONLY === undefined || ONLY.includes('open') ? await openLoops() : [];
  const report = [...throughputTable(throughput), '', ...openTable(open), '', ...memoryLines()].join('\n');
  say(report);
  if (process.env['BENCH_README'] !== undefined) writeReadme(report);
  const failed = [...throughput.values()].flatMap((each) => [...each.values()].flat()).map((one) => one.failed);
  expect([...failed, ...open.flatMap(({ results }) => results.map((one) => one.failed))].every((n) => n === 0)).toBe(
    true,
  );
});

async function measure(kind: Kind): Promise<Map<Server, Throughput[]>> {
  const results = new Map<Server, Throughput[]>(all.map((server) => [server, []]));
  // Files this large keep two cores busy on both sides; held on one core each, the kernel's copying is all that one sees.
  const cores = kind === '1 MB tarball' ? CORES.both : CORES.generator;
  for (const server of all) {
    servers.move(server, kind === '1 MB tarball' ? CORES.both : CORES.servers);
    await warm(server, fileFor(kind, server), cores);
  }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const server of all) results.get(server)!.push(await full(server, fileFor(kind, server), SECONDS, cores));
  return results;
}

interface OpenLoops {
  readonly server: Server;
  readonly rate: number;
  readonly results: OpenLoop[];
}

async function openLoops(): Promise<OpenLoops[]> {
  for (const server of all) servers.move(server, CORES.servers);
  const loops = RATES.flatMap((rate) => all.map((server) => ({ server, rate, results: [] as OpenLoop[] })));
  // The keys of its connections are others than those of wrk's.
  for (const server of all) await atRate(server, fileFor('mix', server), 4_000, 3);
  for (let round = 0; round < OPEN.rounds; round += 1)
    for (const { server, rate, results } of loops)
      results.push(await atRate(server, fileFor('mix', server), rate, OPEN.seconds));
  return loops;
}

const fileFor = (kind: Kind, server: Server): string =>
  requestsOf(kind, world.data, world.directory, server.name.startsWith('nginx') ? 'nginx' : 'checksum');

function throughputTable(results: ReadonlyMap<Kind, ReadonlyMap<Server, Throughput[]>>): string[] {
  const rows = [...results].map(([kind, each]) => {
    const rate = (server: Server) => median(each.get(server)!.map(({ perSecond }) => perSecond));
    const [propolis, ...others] = all;
    // Of each round by itself: what disturbs the machine disturbs the whole round.
    const ratio = (other: Server) =>
      median(each.get(propolis!)!.map(({ perSecond }, round) => perSecond / each.get(other)![round]!.perSecond));
    const cells = others.map((other) => `${ratio(other).toFixed(2)}`);
    const cpu = all.map((server) => Math.round(median(each.get(server)!.map((one) => one.cpu))));
    return `| ${kind} | ${Math.round(rate(propolis!)).toLocaleString('en')} | ${cells.join(' | ')} | ${cpu.join(' / ')} |`;
  });
  const others = all.slice(1).map(({ name }) => `÷ ${name}`);
  return [
    `| throughput | Propolis, requests/s | ${others.join(' | ')} | µs of processor a request: ${all.map(({ name }) => name).join(' / ')} |`,
    `|---|---|${others.map(() => '---').join('|')}|---|`,
    ...rows,
  ];
}

function openTable(loops: readonly OpenLoops[]): string[] {
  if (loops.length === 0) return [];
  const row = (rate: number) => {
    const cells = loops
      .filter((loop) => loop.rate === rate)
      .map(({ server, results }) => {
        say(`${server.name} at ${rate}, p99 of each turn: ${results.map(turnWords).join(', ')}`);
        const counted = countedOf(results);
        const [p50, p99] = [median(counted.map((one) => one.p50)), median(counted.map((one) => one.p99))];
        return `${p50.toFixed(2)} / ${p99.toFixed(2)}${notesOf(results)}`;
      });
    return `| ${rate.toLocaleString('en')} a second | ${cells.join(' | ')} |`;
  };
  return [
    `| open loop, mix: p50 / p99 in ms | ${all.map(({ name }) => name).join(' | ')} |`,
    `|---|${all.map(() => '---').join('|')}|`,
    ...RATES.map(row),
  ];
}

function memoryLines(): string[] {
  const cells = all.map((server) => {
    const { now, most } = servers.memoryMb(server);
    return `${server.name} ${Math.round(now)} (at most ${Math.round(most)})`;
  });
  return [`Resident memory after all of it, in MB: ${cells.join(', ')}.`];
}

function writeReadme(report: string): void {
  const path = join(import.meta.dirname, '../README.md');
  const [begin, end] = ['<!-- bench:delivery -->', '<!-- /bench:delivery -->'];
  const readme = readFileSync(path, 'utf8');
  const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
  if (before < 0 || after < 0) throw new Error(`README.md has no ${begin} … ${end}`);
  const machine = `${cpus().length} cores (${cpus()[0]!.model.trim()}), Node ${process.versions.node}`;
  const words = `Measured ${new Date().toISOString().slice(0, 10)} on a virtual machine with ${machine}; servers on one core, generator on the other (1 MB: on both). Medians of ${ROUNDS} alternating rounds of ${SECONDS} s (open loop: ${OPEN.rounds} of ${OPEN.seconds} s, without those in which the generator was late); ${AMOUNTS.packages.toLocaleString('en')} packages, ${(AMOUNTS.packages * AMOUNTS.versions).toLocaleString('en')} versions, ${AMOUNTS.keys.toLocaleString('en')} keys.`;
  writeFileSync(path, `${readme.slice(0, before + begin.length)}\n\n${words}\n\n${report}\n\n${readme.slice(after)}`);
}

const say = (text: string): void => void process.stdout.write(`\n${text}\n`);
