import { ObjectStoreError } from './store/object-store.js';

/**
 * Postgres refusing or ending connections (classes 08 and 57P, not yet accepting), sockets that broke and names that lead nowhere (of a
 * container that has stopped, say): not a fault of the request, and over soon. Some of them pg reports in words only.
 */
const AWAY_CODE =
  /^(08...|57P0[1-3]|55000|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;
const AWAY_WORDS = /^(Connection terminated|timeout expired|Client has encountered a connection error)/;

/** It is there and has no connection to spare, or our own pool has none. */
const BUSY_CODE = '53300';
const BUSY_WORDS = /^timeout exceeded when trying to connect/;

/** Is Postgres not there to be asked? A database that has no time is there: what it would say may not be guessed. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ObjectStoreError) return false;
  const code = codeOf(error);
  // A Unix socket whose server has gone.
  const hasNoSocket = code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect';
  return AWAY_CODE.test(code) || hasNoSocket || AWAY_WORDS.test(error.message);
}

/** Did Postgres give no answer, as opposed to answering with an error? */
export function isDatabaseOutage(error: unknown): boolean {
  if (isDatabaseAway(error)) return true;
  return error instanceof Error && (codeOf(error) === BUSY_CODE || BUSY_WORDS.test(error.message));
}

/** Is something away that answers need? */
export const isOutage = (error: unknown): boolean => error instanceof ObjectStoreError || isDatabaseOutage(error);

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');
