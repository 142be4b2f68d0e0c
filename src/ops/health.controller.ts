import { Controller, Get, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeFeed } from '../platform/change-feed.js';
import { DomainError } from '../platform/errors.js';
import { OBJECT_STORE, type ObjectStore } from '../platform/store/object-store.js';

/** For load balancers and orchestrators. `/health/live`: the process answers. `/health/ready`: what it needs answers too. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: DataSource,
    private readonly changes: ChangeFeed,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  @Get('live')
  live(): string {
    return 'ok\n';
  }

  @Get('ready')
  async ready(): Promise<string> {
    const unready = (what: string) => () =>
      Promise.reject(new DomainError('unavailable', 'not_ready', `${what} does not answer`));
    await this.database.query('select 1').catch(unready('the database'));
    await this.store.check().catch(unready('the object store'));
    if (!this.changes.listening) await unready('the change feed')();
    return 'ok\n';
  }
}
