import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from './config.js';

/** No request lasts so long; what is older was left behind on a machine of which we cannot ask whether a process lives. */
const ABANDONED_MS = 60 * 60 * 1000;

/**
 * Names for files that live as long as one request. A name carries the host and process that made it, so that what a killed
 * process left behind is known and removed at the next start, while files of a living neighbour are left alone. A container
 * that starts again has the same host name and the same process number: what it finds under them is its own past.
 */
@Injectable()
export class TemporaryFiles implements OnModuleInit {
  private readonly directory: string;

  constructor(@Inject(CONFIG) config: Config) {
    this.directory = join(config.dataDir, 'tmp');
  }

  async onModuleInit(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      if (await isAbandoned(name, path)) await rm(path, { force: true });
    }
  }

  /** A path at which nothing is yet. The caller creates the file and removes it, whatever happens. */
  path(): string {
    return join(this.directory, temporaryName());
  }
}

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 12);

/** A name that carries this host and this process, and that nothing has yet. */
export const temporaryName = (): string => `${HOST}-${process.pid}-${randomBytes(12).toString('hex')}`;

/** Was what has this name left behind by a process that is no more? Asked before this process makes any there. */
export async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [host, pid] = name.split('-');
  if (host === HOST) return Number(pid) === process.pid || !isAlive(Number(pid));
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > ABANDONED_MS;
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
