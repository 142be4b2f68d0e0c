import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from './config.js';

/**
 * Names for files that live as long as one request. A name carries the process that made it, so that what a killed process
 * left behind is known and removed at the next start, while files of a living neighbour are left alone.
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
      const pid = Number(name.split('-')[0]);
      if (pid !== process.pid && !isAlive(pid)) await rm(join(this.directory, name), { force: true });
    }
  }

  /** A path at which nothing is yet. The caller creates the file and removes it, whatever happens. */
  path(): string {
    return join(this.directory, `${process.pid}-${randomBytes(12).toString('hex')}`);
  }
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
