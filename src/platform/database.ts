import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type DataSourceOptions, DefaultNamingStrategy, type EntityManager } from 'typeorm';
import pg from 'pg';
import { CONFIG, type Config } from './config.js';

/** A running transaction. Methods that join their caller's take it as the first argument. */
export type Tx = EntityManager;

/** Columns are snake_case in SQL and camelCase in code. */
class SnakeCase extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? propertyName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

/** Limits that keep one stuck statement from holding the rest: milliseconds, set on every connection. */
const SESSION = '-c statement_timeout=30000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000';

/** A new connection costs the database eight milliseconds of processor, and its first statements as much again. */
const IDLE_MS = 5 * 60_000;

type Tables = Pick<DataSourceOptions, 'entities' | 'migrations'>;

export function dataSourceOptions(
  config: Pick<Config, 'databaseUrl' | 'databasePoolSize'>,
  tables: Tables,
): DataSourceOptions {
  return {
    type: 'postgres',
    url: config.databaseUrl,
    ...tables,
    namingStrategy: new SnakeCase(),
    migrationsTableName: 'migrations',
    synchronize: false,
    applicationName: 'propolis',
    poolSize: config.databasePoolSize,
    extra: {
      ...{ options: SESSION, connectionTimeoutMillis: 10_000, idleTimeoutMillis: IDLE_MS },
      // So that one whose other end has gone without a word is noticed while it waits, and kept by what forwards it.
      ...{ keepAlive: true, keepAliveInitialDelayMillis: 30_000 },
    },
  };
}

/** The pool that rooms use through TypeORM. */
@Global()
@Module({})
export class DatabaseModule {
  static with(tables: Tables): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [CONFIG],
          useFactory: (config: Config) => ({
            ...dataSourceOptions(config, tables),
            retryAttempts: 3,
            retryDelay: 1000,
          }),
        }),
      ],
    };
  }
}

/** True for the Postgres error code given, e.g. `23505` (unique violation). */
export function isPostgresError(error: unknown, code: string): boolean {
  const driverError = error instanceof Error && 'driverError' in error ? error.driverError : error;
  return driverError instanceof pg.DatabaseError && driverError.code === code;
}

/** Text as it is, within the pattern of a `like`. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`);

export const UNIQUE_VIOLATION = '23505';
export const FOREIGN_KEY_VIOLATION = '23503';
