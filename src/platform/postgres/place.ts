// Which programs, under which identity, on which directory: what a start needs to know about this machine.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binariesVersion, copyBinaries, findBinaries, type Binaries } from './binaries.js';
import { findRunner, run, type Runner } from './runner.js';

export interface Place {
  binaries: Binaries;
  runner: Runner;
  /** Where `cluster/` is: the data directory, or one in /var/tmp when the server's user cannot enter that. */
  home: string;
}

export async function findPlace(dataDir: string, native?: string, allowNamespace?: boolean): Promise<Place> {
  const found = findBinaries(join(dataDir, 'lib'), native);
  const runner = await findRunner(found.libraryPath, allowNamespace);
  const trial = await run(runner, join(found.native, 'bin', 'postgres'), '-V');
  if (trial.ok) return { binaries: found, runner, home: await findHome(dataDir, runner) };
  if (process.getuid?.() !== 0) throw new Error(`The embedded Postgres does not run: ${trial.output}`);
  const binaries = copyBinaries(found, `/var/tmp/propolis-postgres-${binariesVersion(found.native)}`);
  const again = await findRunner(binaries.libraryPath, allowNamespace);
  const retrial = await run(again, join(binaries.native, 'bin', 'postgres'), '-V');
  if (!retrial.ok) throw new Error(`The embedded Postgres does not run: ${trial.output}; ${retrial.output}`);
  return { binaries, runner: again, home: await findHome(dataDir, again) };
}

/** Where the cluster of a data directory was put. */
export function homeOf(dataDir: string): string {
  const pointer = join(dataDir, 'moved-to');
  return existsSync(pointer) ? ownDirectory(readFileSync(pointer, 'utf8').trim()) : dataDir;
}

// The choice is written down: a cluster that once lives elsewhere is found again when the first choice works later.
async function findHome(dataDir: string, runner: Runner): Promise<string> {
  const known = homeOf(dataDir);
  if (known !== dataDir) return known;
  if (runner.uid !== process.getuid?.()) chmodSync(dataDir, 0o711);
  if ((await run(runner, 'test', '-x', dataDir)).ok) return dataDir;
  if (existsSync(join(dataDir, 'cluster'))) {
    throw new Error(`Postgres runs ${runner.name} here and cannot enter ${dataDir}: move the data or set DATABASE_URL`);
  }
  const home = `/var/tmp/propolis-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
  mkdirSync(home, { recursive: true });
  ownDirectory(home);
  chmodSync(home, 0o711);
  writeFileSync(join(dataDir, 'moved-to.draft'), `${home}\n`);
  renameSync(join(dataDir, 'moved-to.draft'), join(dataDir, 'moved-to'));
  return home;
}

// Anybody may create names in /var/tmp.
function ownDirectory(directory: string): string {
  const found = lstatSync(directory);
  if (found.isDirectory() && found.uid === process.getuid?.()) return directory;
  throw new Error(`${directory} is not a directory of this OS user`);
}
