import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { Clock } from '../../platform/clock.js';
import { Jobs } from '../../platform/jobs.js';
import { AuthorizationCode } from './authorization-code.entity.js';
import { DeviceCode } from '../device-code.entity.js';
import { Grant } from '../grant.entity.js';

const HOUR_MS = 60 * 60 * 1000;
/** Kept for a while: a used code that comes again must be known for what it is. */
const CODES_MS = 24 * HOUR_MS;
const GRANTS_MS = 90 * 24 * HOUR_MS;

/** Removes what has long ended. The audit trail keeps that it was. */
@Injectable()
export class OAuthJobs implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.every('oauth.purge', HOUR_MS, () => this.purge());
  }

  async purge(): Promise<void> {
    const db = this.database.manager;
    const before = (ms: number) => LessThan(new Date(this.clock.now().getTime() - ms));
    await db.delete(DeviceCode, { expiresAt: before(CODES_MS) });
    await db.delete(AuthorizationCode, { expiresAt: before(CODES_MS) });
    await db.delete(Grant, [{ expiresAt: before(GRANTS_MS) }, { revokedAt: before(GRANTS_MS) }]);
  }
}
