import { type LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** Injection token of the process's {@link Logger}. */
export const LOGGER = Symbol('logger');

/**
 * One JSON line an event on standard output. Whatever is logged, these never are: request bodies, the Authorization
 * header, and values under names that usually hold a secret.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: errorForLog },
    redact: {
      paths: ['authorization', 'password', 'secret', 'token', 'key', 'cookie'].flatMap((name) => [name, `*.${name}`]),
      censor: '[hidden]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Only these of an error: a failed statement also carries its parameters, and they may be hashes, addresses, names. */
function errorForLog(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { type: name, message, code: 'code' in error ? error.code : undefined, stack };
}

/** Lets the framework speak through the same log. Its start-up chatter is `debug`. */
export class FrameworkLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, ...rest: unknown[]): void => this.logger.debug({ context: rest.at(-1) }, String(message));
  error = (message: unknown, ...rest: unknown[]): void =>
    message instanceof Error
      ? this.logger.error({ err: message, context: rest.at(-1) }, message.message)
      : this.logger.error({ context: rest.at(-1), detail: rest[0] }, String(message));
  warn = (message: unknown, ...rest: unknown[]): void => this.logger.warn({ context: rest.at(-1) }, String(message));
}
