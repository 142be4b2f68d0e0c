import { createHash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { Clock } from './clock.js';
import { Jobs } from './jobs.js';
import { ShortUrl } from './short-url.entity.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A short address stands in a terminal or a chat, and is done with in days. */
const KEPT_MS = 365 * DAY_MS;
/** Nothing that people mistake for something else: hex.pm's. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789';
const SHORTEST = 8;

/**
 * Long addresses under short codes, kept for a year after they were last asked for. A code is the beginning of the address's
 * hash, so asking again gives the same one and makes no row; where another address has it already, it is a letter longer.
 */
@Injectable()
export class ShortUrls implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.every('short-urls.sweep', DAY_MS, () => this.sweep());
  }

  async shorten(url: string): Promise<string> {
    const code = codeOf(url);
    for (let length = SHORTEST; length <= code.length; length += 1) {
      const rows = await this.database.query<unknown[]>(
        `insert into short_urls (code, url, created_at) values ($1, $2, $3)
         on conflict (code) do update set created_at = excluded.created_at where short_urls.url = excluded.url returning 1`,
        [code.slice(0, length), url, this.clock.now()],
      );
      if (rows.length > 0) return code.slice(0, length);
    }
    throw new Error('two addresses have one hash');
  }

  async find(code: string): Promise<string | null> {
    return (await this.database.manager.findOneBy(ShortUrl, { code }))?.url ?? null;
  }

  async sweep(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    await this.database.manager.delete(ShortUrl, { createdAt: LessThan(before) });
  }
}

function codeOf(url: string): string {
  const hash = createHash('sha256').update(url).digest();
  let code = '';
  for (let rest = BigInt(`0x${hash.toString('hex')}`); rest > 0n; rest /= 58n) code += ALPHABET[Number(rest % 58n)]!;
  return code;
}
