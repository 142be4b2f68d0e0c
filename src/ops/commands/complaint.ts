import type { FieldErrors } from '../../platform/errors.js';

/**
 * What went wrong, for an operator: one line, without a trace. Only wrong settings take more, a line each. `error` may come
 * from anywhere, so it is known by its shape: loading the classes would make help and typing errors wait for the database
 * driver.
 */
export function complaint(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (error.name === 'ConfigError') return error.message;
  const { fields, syscall } = error as { fields?: FieldErrors; syscall?: string };
  if (fields !== undefined) return oneLine(fieldLines(fields).join('; '));
  // Node tries every address of a name and reports a list, whose own message is empty.
  const attempts = error instanceof AggregateError ? (error.errors as Error[]) : [];
  if (attempts.length > 0) return complaint(attempts[0]);
  if (syscall === 'connect' || syscall === 'getaddrinfo') return `cannot reach the database: ${oneLine(error.message)}`;
  return oneLine(error.message || error.name);
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const fieldLines = (fields: FieldErrors): string[] =>
  Object.entries(fields).flatMap(([name, problem]) =>
    typeof problem === 'string' ? [`${name}: ${problem}`] : fieldLines(problem).map((line) => `${name}.${line}`),
  );
