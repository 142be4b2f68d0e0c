import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeliveryWorld, deliveryWorld } from './support/delivery-world.js';
import { requestsOf } from './support/kinds.js';
import { full } from './support/load.js';
import { CORES, memoryMb, type Server, startPropolis, stop, tools } from './support/servers.js';

/**
 * Memory at full load: the mix of fetches by thousands of keys over a repository of 10,000 packages, for minutes. `npm run
 * bench:endurance`; BENCH_MINUTES (default 10).
 */
const MINUTES = Number(process.env['BENCH_MINUTES'] ?? 10);
const TURN = 10;

let world: DeliveryWorld;
let server: Server;

beforeAll(async () => {
  world = await deliveryWorld();
  server = await startPropolis(world.databaseUrl, world.directory);
}, 300_000);

afterAll(async () => {
  await stop(server);
  await world.end();
}, 60_000);

test.skipIf(!tools.wrk)(`memory over ${MINUTES} minutes`, { timeout: (MINUTES + 5) * 60_000 }, async () => {
  const file = requestsOf('mix', world.data, world.directory, 'checksum');
  const samples: number[] = [];
  const rates: number[] = [];
  let failed = 0;
  for (let turn = 0; turn < (MINUTES * 60) / TURN; turn += 1) {
    const result = await full(server, file, TURN, CORES.generator);
    failed += result.failed;
    rates.push(Math.round(result.perSecond));
    samples.push(Math.round(memoryMb(server).now));
  }
  const third = Math.floor(samples.length / 3);
  const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
  const [middle, last] = [mean(samples.slice(third, 2 * third)), mean(samples.slice(2 * third))];
  process.stdout.write(
    `\n${MINUTES} minutes at full load, ${Math.min(...rates)} to ${Math.max(...rates)} fetches a second, ${failed} failed\n` +
      `resident MB every ${TURN} s: ${samples.join(' ')}\n` +
      `mean of the middle third ${middle.toFixed(0)}, of the last ${last.toFixed(0)} (${(last / middle).toFixed(2)}); at most ${memoryMb(server).most.toFixed(0)}\n\n`,
  );
  expect(failed).toBe(0);
});
