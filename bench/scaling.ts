import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeliveryWorld, deliveryWorld } from './support/delivery-world.js';
import { childrenOf, Group } from './support/groups.js';
import { type Kind, requestsOf } from './support/kinds.js';
import { full, median, warm } from './support/load.js';
import { CORES, type Server, startPropolis, stop, tools } from './support/servers.js';

/**
 * How much more two delivery processes carry than one. On two cores the generator needs one of them, so that two servers that
 * take all they can get take it from the generator: what is measured then is how the two share with it. So each process is
 * held (by the kernel's `cpu` group) to a part of a core that leaves the generator enough, and both numbers of processes are measured
 * so. `npm run bench:scaling`, as root; where groups cannot be made it says so and measures without.
 */
const SHARE = Number(process.env['BENCH_SHARE'] ?? 0.4);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const KINDS: readonly Kind[] = ['2 kB index', '304', '50 kB tarball', 'mix'];

let world: DeliveryWorld;
const servers: Server[] = [];
const groups: Group[] = [];

beforeAll(async () => {
  world = await deliveryWorld();
  for (const workers of [1, 2]) {
    const env = { ROLE: 'delivery', DELIVERY_WORKERS: String(workers) };
    servers.push(await startPropolis(world.databaseUrl, world.directory, env));
  }
}, 300_000);

afterAll(async () => {
  for (const server of servers) await stop(server);
  groups.forEach((group) => group.remove());
  await world.end();
}, 60_000);

test.skipIf(!tools.wrk)('two delivery processes beside one', { timeout: 900_000 }, async () => {
  const workers = servers.map(workersOf);
  expect(workers.map(({ length }) => length)).toEqual([1, 2]);
  const files = KINDS.map((kind) => requestsOf(kind, world.data, world.directory, 'checksum'));
  for (const file of files) for (const server of servers) await warm(server, file, CORES.both);
  const isHeld = workers.flat().every(hold);
  for (const [at, server] of servers.entries())
    for (const pid of [...workers[at]!, server.processes[0]!.pid!]) moveOne(pid);
  const lines: string[] = [];
  for (const [index, kind] of KINDS.entries()) {
    const file = files[index]!;
    const rates: [number[], number[]] = [[], []];
    for (let round = -1; round < ROUNDS; round += 1)
      for (const [at, server] of servers.entries()) {
        const { perSecond, failed } = await full(server, file, 2, CORES.both);
        expect(failed).toBe(0);
        if (round >= 0) rates[at]!.push(perSecond);
      }
    const [one, two] = [median(rates[0]), median(rates[1])];
    const line = `| ${kind} | ${Math.round(one)} | ${Math.round(two)} | ${(two / one).toFixed(2)} |`;
    lines.push(line);
  }
  const how = isHeld
    ? `each process held to ${SHARE * 100} % of a core, so that the generator is not starved`
    : 'no groups of processes could be made here: the generator shares the cores with what it measures';
  process.stdout.write(
    `\n${how}\n| fetches a second | one process | two | ratio |\n|---|---|---|---|\n${lines.join('\n')}\n\n`,
  );
});

/** Those that answer: the children that a delivery process has forked, or else itself. */
function workersOf({ processes: [parent] }: Server): number[] {
  const pid = parent!.pid!;
  const children = childrenOf(pid);
  return children.length > 0 ? children : [pid];
}

const moveOne = (pid: number): void =>
  void (tools.taskset && execFileSync('taskset', ['-a', '-c', '-p', CORES.both, String(pid)], { stdio: 'ignore' }));

/** In a group of its own. */
function hold(pid: number): boolean {
  const group = Group.make(String(pid));
  if (group === undefined) return false;
  groups.push(group);
  group.hold(SHARE);
  group.add([pid]);
  return true;
}
