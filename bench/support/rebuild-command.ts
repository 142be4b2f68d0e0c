import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { clean } from '../../test/support/programs.js';
import { type Group } from './groups.js';
import { CORES, pinned } from './servers.js';

/** `registry rebuild --again` as an operator runs it, in the service's container; returns when it builds, with what ends it in the middle. */
export async function startRebuildCommand(
  db: DataSource,
  env: Record<string, string>,
  group: Group | undefined,
): Promise<() => Promise<void>> {
  const begun = async () =>
    (await db.query<{ started_at: string }[]>(`select started_at::text from registry_rebuilds where reached <> ''`))
      .map((row) => row.started_at)
      .join();
  const before = await begun();
  const admin = join(import.meta.dirname, '../../dist/src/admin.js');
  const [program, ...args] = pinned(CORES.both, ['node', admin, 'registry', 'rebuild', '--again']);
  const child = spawn(program!, args, { env: clean(env), stdio: ['ignore', 'pipe', 'pipe'] });
  group?.add([child.pid!]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close');
  for (let now = before; now === before || now === ''; now = await begun()) {
    if (child.exitCode !== null) throw new Error(`the rebuild ended before it was seen to run:\n${output}`);
    await sleep(50);
  }
  return async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
    // Otherwise who looks whether one runs would take this one for it.
    await db.query('delete from registry_rebuilds');
  };
}
