import { ObjectStoreError } from './store/object-store.js';

/**
 * Postgres refusing or ending connections (classes 08 and 57P, too many, not yet accepting), and sockets that broke: not a
 * fault of the request, and over soon. Some of them pg reports in words only.
 */
const CODE =
  /^(08...|57P0[1-3]|53300|55000|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/;
const WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Did Postgres not answer at all, as opposed to answering with an error? */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ObjectStoreError) return false;
  const code = 'code' in error ? error.code : undefined;
  return CODE.test(String(code)) || WORDS.test(error.message);
}

/** Is something away that answers need? */
export const isOutage = (error: unknown): boolean => error instanceof ObjectStoreError || isDatabaseOutage(error);
