import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isOutage } from '../outage.js';
import { DomainError, type FieldErrors, isDiskFull } from '../errors.js';
import { type Logger } from '../log.js';
import { challengeFor, defaultMessages, statusOf } from './status.js';

/** What every error looks like on the wire; doors choose the format (JSON, Erlang terms). */
export interface ErrorBody {
  readonly status: number;
  readonly message: string;
  readonly errors?: FieldErrors;
}

/**
 * Turns whatever was thrown into an answer. What we threw is shown as it is. What the framework threw about the request is
 * shown by its status. Everything else is a fault of ours: logged with the request id, shown without detail.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
    const body = bodyOf(error);
    // A client that went away while it sent its body is no fault of ours.
    const isCut = request.raw.destroyed && !request.raw.complete;
    if (body.status >= 500 && !isCut) this.logger.error({ err: error, request_id: request.id }, 'request failed');
    const code = error instanceof DomainError ? error.code : undefined;
    if (body.status === 401) void reply.header('www-authenticate', challengeFor(code));
    void reply.status(body.status).send(body);
  }
}

const DISK_FULL =
  'this server cannot write to its disk, which may be full: nothing was stored. Please tell those who run it.';

/** The answer to an error, for doors that speak HTTP without the framework too. */
export function bodyOf(error: unknown): ErrorBody {
  if (error instanceof DomainError)
    return { status: statusOf[error.kind], message: error.message, ...(error.fields && { errors: error.fields }) };
  if (isDiskFull(error)) return { status: 503, message: DISK_FULL };
  if (isOutage(error))
    return { status: 503, message: 'the service cannot reach its data at the moment, please try again' };
  const status = statusIn(error);
  if (status === undefined || status < 400 || status >= 500) return { status: 500, message: defaultMessages[500]! };
  // Fastify's own words about a body or header it could not take are for people; Nest's repeat the status.
  const own = error instanceof Error && !(error instanceof HttpException) ? error.message : undefined;
  return { status, message: own ?? defaultMessages[status] ?? 'Request failed' };
}

function statusIn(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number')
    return error.statusCode;
  return undefined;
}
