import { Inject, Injectable } from '@nestjs/common';
import { DataSource, Not } from 'typeorm';
import { HEX_CLI, OAuthClient } from '../accounts/oauth-client.entity.js';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Organizations } from '../organizations/organizations.js';
import { ALL_CHANGED, CHANGE_CHANNEL } from '../platform/change-feed.js';
import { CONFIG, type Config } from '../platform/config.js';
import { type Tx } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { StoredObject } from '../platform/objects.js';
import { OBJECT_STORE, type ObjectStore } from '../platform/store/object-store.js';

/** What migrations have written: their own table, and the client that everybody has. */
const KEPT = ['migrations', 'oauth_clients'];

/**
 * Everything gone, between two runs of a client's tests, which make the same users and packages again. The service may go on
 * running: it hears of it as of any other change. Nothing but the client test mode, which production refuses, lets this be done.
 */
@Injectable()
export class Emptying {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly organizations: Organizations,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Answers with how many objects went. Throws `forbidden` outside of the client test mode. */
  async empty(actor: Actor): Promise<{ objects: number }> {
    if (!this.config.clientTestMode)
      throw new DomainError('forbidden', 'not_in_test_mode', 'data is emptied only where CLIENT_TEST_MODE is set');
    const keys = (await this.database.manager.find(StoredObject, { select: { key: true } })).map(({ key }) => key);
    await this.database.transaction(async (tx) => {
      await emptyTables(tx);
      await this.audit.record(tx, actor, 'data.empty', {}, { objects: keys.length });
      await tx.query('select pg_notify($1, $2)', [CHANGE_CHANNEL, ALL_CHANGED]);
    });
    await this.organizations.ensurePublicRepository();
    // Last, when no row names them any more. Numbers of repositories never come again, so neither do these names.
    for (const key of keys) await this.store.delete(key);
    return { objects: keys.length };
  }
}

/** Work that is done again and again stays in its queue; the rest of it was about what is gone. */
async function emptyTables(tx: Tx): Promise<void> {
  const tables = await tx.query<{ name: string }[]>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> all ($1)`,
    [KEPT],
  );
  await tx.query(`truncate ${tables.map(({ name }) => name).join(', ')}`);
  await tx.delete(OAuthClient, { id: Not(HEX_CLI) });
  await tx.query(
    `select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs where key is null and locked_at is null`,
  );
}
