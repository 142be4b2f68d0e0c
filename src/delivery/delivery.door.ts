import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError, notFound } from '../platform/errors.js';
import { bodyOf } from '../platform/http/error-filter.js';
import { CHALLENGE } from '../platform/http/status.js';
import { type Logger, LOGGER } from '../platform/log.js';
import { isDatabaseAway } from '../platform/outage.js';
import { Downloads } from '../packages/downloads.js';
import { SigningKey } from '../registry/signing-key.js';
import { Exchange } from './exchange.js';
import { type DeliveredFile, Files, type Stored } from './files.js';
import { isRepositoryUrl, parsePath, type Wanted } from './paths.js';
import { type Readable, Readers } from './readers.js';
import { Sending } from './sending.js';

/** Seconds. */
const RETRY_AFTER = '5';
const NO_PUBLIC_REPOSITORY = 'this server has no public repository: use /repo/repos/ORGANIZATION';

/**
 * The repository endpoint: everything under `/repo`, and the public repository's documentation under `/docs` too, in front of
 * the framework's pipeline. Who → may they → where are the bytes → bytes; once warm, without the database, and without a pause:
 * the answer is out when `handle` returns. Errors are short plain text: mix prints the body of a 429 or 5xx as it is.
 *
 * Registry files are gzip by format, not by transfer: no Content-Encoding, or mix unzips twice and hangs. Bytes are streamed
 * through us and never redirected to the store: clients would take their key along (hex-protocol.md 1.2, 1.6).
 */
@Injectable()
export class DeliveryDoor {
  private readonly logsAll: boolean;

  constructor(
    private readonly readers: Readers,
    private readonly files: Files,
    private readonly sending: Sending,
    private readonly downloads: Downloads,
    private readonly signingKey: SigningKey,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.logsAll = logger.isLevelEnabled('debug');
  }

  /** Takes the request if it is for the repository endpoint. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (!isRepositoryUrl(request.url!, this.config.publicRepository)) return false;
    const exchange = new Exchange(request, response, this.clock.now().getTime(), this.config.trustedProxies);
    // Refusals are always logged; each delivered file only for those who ask for it, since that is most of what happens here.
    if (this.logsAll) this.logWhenDone(exchange);
    try {
      this.enter(exchange);
    } catch (error) {
      this.refuse(exchange, error);
    }
    return true;
  }

  private enter(exchange: Exchange): void {
    if (!this.again(exchange)) this.first(exchange);
  }

  /** An address that has been asked for before, by somebody who has asked before: nearly all. */
  private again(exchange: Exchange): boolean {
    const { request, authorization, now } = exchange;
    const file = this.files.again(request.url!, now);
    if (file === undefined || (request.method !== 'GET' && !exchange.isHead)) return false;
    const reader = this.readers.again(request.socket, file.wanted.scope, authorization, now);
    // A repository that has been renamed leaves its name to another.
    if (reader === undefined || reader instanceof DomainError || reader.repositoryId !== file.repositoryId)
      return false;
    this.deliver(exchange, file.wanted, reader, file);
    return true;
  }

  private first(exchange: Exchange): void {
    const { request, authorization } = exchange;
    if (request.method !== 'GET' && !exchange.isHead) {
      exchange.response.setHeader('allow', 'GET, HEAD');
      throw Object.assign(new Error('only GET and HEAD work here'), { statusCode: 405 });
    }
    const wanted = parsePath(request.url!, this.config.publicRepository);
    if (wanted === null) throw notFound('file');
    if ('scope' in wanted && wanted.scope === undefined && this.config.publicRepository === undefined)
      throw new DomainError('not_found', 'no_public_repository', NO_PUBLIC_REPOSITORY);
    if (wanted.kind === 'public_key') return sendText(exchange, this.signingKey.publicPem);
    // Asked by mix once a day for newer versions of itself; we have none, and a 404 would make it complain.
    if (wanted.kind === 'installs') return sendText(exchange, '');
    if (wanted.kind === 'policy') return this.later(exchange, this.policy(exchange, wanted));
    const reader = this.readers.known(wanted.scope, authorization, exchange.now);
    if (reader instanceof DomainError) throw reader;
    const file = reader && this.files.known(reader.repositoryId, wanted, request.url!);
    if (reader === undefined || file === undefined) return this.later(exchange, this.find(exchange, wanted));
    this.deliver(exchange, wanted, reader, file);
  }

  private async find(exchange: Exchange, wanted: Stored): Promise<void> {
    const reader = await this.readers.admit(wanted.scope, exchange.authorization, exchange.origin());
    exchange.warning = reader.warning;
    this.deliver(exchange, wanted, reader, await this.files.find(reader.repositoryId, wanted));
  }

  /** Public ones are for everybody; others for those who may read the repository. */
  private async policy(exchange: Exchange, wanted: Extract<Wanted, { kind: 'policy' }>): Promise<void> {
    // A database that does not answer cannot say that it is open; who may read the repository may read it anyway.
    const file = await this.files.open(wanted).catch((error: unknown) => {
      if (isDatabaseAway(error)) return null;
      throw error;
    });
    if (file === null) return this.find(exchange, wanted);
    const sent = this.sending.send(exchange, file, true);
    if (typeof sent !== 'boolean') await sent;
  }

  private deliver(exchange: Exchange, wanted: Stored, reader: Readable, file: DeliveredFile | null): void {
    exchange.warning = reader.warning;
    this.readers.noteUse(reader, exchange.now, exchange);
    if (file === null) throw notFound(nameOf(wanted));
    const sent = this.sending.send(exchange, file, reader.isPublic);
    if (sent === true) this.count(file);
    else if (sent !== false) this.later(exchange, this.countLater(file, sent));
  }

  private count({ release }: DeliveredFile): void {
    if (release !== undefined) this.downloads.note(release);
  }

  private async countLater(file: DeliveredFile, sent: Promise<boolean>): Promise<void> {
    if (await sent) this.count(file);
  }

  private later(exchange: Exchange, work: Promise<void>): void {
    work.catch((error: unknown) => this.refuse(exchange, error));
  }

  private logWhenDone(exchange: Exchange): void {
    const { response } = exchange;
    let cut: true | undefined = true;
    response.once('finish', () => (cut = undefined));
    response.once('close', () => {
      if (response.statusCode >= 400) return;
      this.logger.debug({ ...this.lineOf(exchange, response.statusCode), cut }, 'fetch');
    });
  }

  /** Without the query, which may hold anything. */
  private lineOf({ id, request: { method, url }, now }: Exchange, status: number): object {
    const ms = this.clock.now().getTime() - now;
    return { request_id: id, method, path: url!.split('?')[0], status, ms };
  }

  private refuse(exchange: Exchange, error: unknown): void {
    const { response, id, warning } = exchange;
    // In the middle of a body nothing can be said any more; a cut connection tells the client that bytes are missing.
    if (response.headersSent || exchange.hasBegun) return void response.destroy();
    const { status, message } = bodyOf(error);
    if (status >= 500) this.logger.error({ err: error, request_id: id }, 'fetch failed');
    response.setHeader('cache-control', 'private, no-store');
    if (status === 503) response.setHeader('retry-after', RETRY_AFTER);
    // mix shows its own words for a refused fetch, and ours only so.
    const fatal = error instanceof DomainError && error.code.startsWith('organization_');
    const told = fatal ? exchange.message(message, 'fatal') : warning && exchange.message(warning, 'warn');
    if (typeof told === 'string') response.setHeader('x-hex-message', told);
    if (status === 401) response.setHeader('www-authenticate', CHALLENGE);
    this.logger.info(this.lineOf(exchange, status), 'fetch refused');
    sendText(exchange, `${message}\n`, status);
  }
}

function sendText({ response, isHead, id, closes }: Exchange, text: string, status = 200): void {
  response.statusCode = status;
  response.setHeader('x-request-id', id);
  response.setHeader('x-content-type-options', 'nosniff');
  if (closes) response.setHeader('connection', 'close');
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(isHead ? undefined : text);
}

function nameOf(wanted: Stored): string {
  if ('path' in wanted) return wanted.path;
  return `${wanted.kind === 'docs' ? 'docs of ' : ''}${wanted.name} ${wanted.version}`;
}
