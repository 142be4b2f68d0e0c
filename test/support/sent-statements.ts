import pg from 'pg';
import { type TestApp } from './app.js';

type Query = (this: pg.Client & { database?: string }, ...args: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };

/**
 * Collects what the connections of an app in this process send to its database, without values, until `end`: also what goes
 * around TypeORM, as the counters of limits do.
 */
export function watchConnections({ config }: Pick<TestApp, 'config'>): { end: () => string[] } {
  const database = new URL(config.databaseUrl).pathname.slice(1);
  const statements: string[] = [];
  const { query } = prototype;
  prototype.query = function (...args) {
    const [first] = args;
    const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
    // The change feed asks now and then whether its connection lives.
    if (this.database === database && text !== undefined && text !== 'select 1')
      statements.push(text.replace(/\s+/g, ' ').trim());
    return query.apply(this, args);
  };
  return {
    end: () => {
      prototype.query = query;
      return statements;
    },
  };
}
