import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Jobs } from '../platform/jobs.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Ended sessions are kept so long: they tell a familiar device from a new one, and what happened. */
const SESSIONS_KEPT_MS = 100 * DAY_MS;

/** Removes daily what is over: links, pending logins, challenges, ended sessions. */
@Injectable()
export class AccountsJobs implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.every('accounts.purge', DAY_MS, () => this.purge());
  }

  async purge(): Promise<void> {
    const now = this.clock.now();
    const long = new Date(now.getTime() - SESSIONS_KEPT_MS);
    for (const table of ['email_proofs', 'pending_logins', 'passkey_challenges'])
      await this.database.query(`delete from ${table} where expires_at < $1`, [now]);
    await this.database.query(`delete from sessions where coalesce(revoked_at, expires_at) < $1`, [long]);
    // Set-ups of authenticator apps that nobody finished.
    const stale = new Date(now.getTime() - DAY_MS);
    await this.database.query(`delete from totps where confirmed_at is null and created_at < $1`, [stale]);
  }
}
