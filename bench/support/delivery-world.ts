import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { settings } from '../../test/support/app.js';
import { cloneDatabase } from '../../test/support/database.js';
import { type DeliveryData, makeDeliveryData } from './delivery-data.js';

/** A directory, a database and in both what is delivered. */
export interface DeliveryWorld {
  readonly directory: string;
  readonly databaseUrl: string;
  readonly data: DeliveryData;
  readonly end: () => Promise<void>;
}

export async function deliveryWorld(): Promise<DeliveryWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'propolis-bench-'));
  const databaseUrl = await cloneDatabase();
  const db = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
  const data = await makeDeliveryData(db, directory, settings(directory, 0)['SECRET_KEY']!, 'acme');
  await db.query('analyze');
  await db.destroy();
  return { directory, databaseUrl, data, end: () => rm(directory, { recursive: true, force: true }) };
}
