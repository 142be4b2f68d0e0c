import { expect, test } from 'vitest';
import { useApp } from '../support/app.js';

const app = useApp();

interface Column {
  table: string;
  column: string;
  type: string;
  nullable: boolean;
}

/** Postgres' names for the types that entities declare. */
const TYPES: Record<string, string> = { timestamptz: 'timestamp with time zone' };

test('entities and migrations describe the same tables', async () => {
  const declared = app.db.entityMetadatas.flatMap((entity) =>
    entity.columns.map((column): Column => {
      const type = String(column.type);
      return {
        table: entity.tableName,
        column: column.databaseName,
        type: TYPES[type] ?? type,
        nullable: column.isNullable,
      };
    }),
  );
  const tables = [...new Set(declared.map(({ table }) => table))];
  const existing = await app.db.query<Column[]>(
    `select table_name as table, column_name as column, data_type as type, is_nullable = 'YES' as nullable
     from information_schema.columns where table_schema = 'public' and table_name = any ($1)`,
    [tables],
  );
  const inOrder = (columns: Column[]) => columns.map((column) => JSON.stringify(column)).toSorted();
  expect(inOrder(declared)).toEqual(inOrder(existing));
});

test('every table has an entity, or is known to have none', async () => {
  const rows = await app.db.query<{ name: string }[]>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const entities = app.db.entityMetadatas.map((entity) => entity.tableName);
  const others = rows.map(({ name }) => name).filter((name) => !entities.includes(name));
  expect(others.toSorted()).toEqual(['migrations', 'rate_limits', 'registry_rebuilds']);
});
