import { type DataSource, type Logger } from 'typeorm';

const silent = () => undefined;

/** Every SQL statement (its text, without values) that the pool of `db` is given from now on. `end` tells them and lets go. */
export function watchStatements({ db }: { readonly db: DataSource }): { end: () => string[] } {
  const before = db.logger;
  const seen: string[] = [];
  const watching: Logger = {
    logQuery: (text) => void seen.push(text),
    ...{ logQueryError: silent, logQuerySlow: silent, logSchemaBuild: silent, logMigration: silent, log: silent },
  };
  db.logger = watching;
  return {
    end: () => {
      db.logger = before;
      return seen;
    },
  };
}
