import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { clientMessage, printsMessages } from '../hex/client-message.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError, notFound } from '../platform/errors.js';
import { bodyOf } from '../platform/http/error-filter.js';
import { clientAddress } from '../platform/http/client-address.js';
import { matchesEtag } from '../platform/http/etags.js';
import { bodyWasNotAskedFor } from '../platform/http/server.js';
import { CHALLENGE } from '../platform/http/status.js';
import { type Logger, LOGGER } from '../platform/log.js';
import { Downloads } from '../packages/downloads.js';
import { Objects } from '../platform/objects.js';
import { SigningKey } from '../registry/signing-key.js';
import { readRange } from './conditions.js';
import { type DeliveredFile, Files, type Stored } from './files.js';
import { isRepositoryUrl, parsePath } from './paths.js';
import { Readers } from './readers.js';

const NO_PUBLIC_REPOSITORY = 'this server has no public repository: use /repo/repos/ORGANIZATION';

/** Indexes and documentation are asked for again each time (and answered 304); a tarball may be kept for an hour. */
const FRESHNESS = { index: 'no-cache', policy: 'no-cache', tarball: 'max-age=3600', docs: 'no-cache' } as const;

/**
 * The repository endpoint: everything under `/repo`, and the public repository's documentation under `/docs` too, in front of
 * the framework's pipeline. Who → may they → where are the bytes → bytes; once warm, without the database. Errors are short
 * plain text: mix prints the body of a 429 or 5xx as it is.
 *
 * Registry files are gzip by format, not by transfer: no Content-Encoding, or mix unzips twice and hangs. Bytes are streamed
 * through us and never redirected to the store: clients would take their key along (hex-protocol.md 1.2, 1.6).
 */
@Injectable()
export class DeliveryDoor {
  constructor(
    private readonly readers: Readers,
    private readonly files: Files,
    private readonly objects: Objects,
    private readonly downloads: Downloads,
    private readonly signingKey: SigningKey,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes the request if it is for the repository endpoint. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '';
    if (!isRepositoryUrl(url, this.config.publicRepository)) return false;
    const requestId = randomUUID();
    this.logWhenDone(request, response, url, requestId);
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-content-type-options', 'nosniff');
    // Nobody reads a body here; one that was announced and not asked for must not be taken for the next request.
    if (bodyWasNotAskedFor(request)) response.setHeader('connection', 'close');
    void this.answer(request, response, url, requestId).catch((error: unknown) =>
      this.refuse(request, response, error, requestId),
    );
    return true;
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    requestId: string,
  ): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      throw Object.assign(new Error('only GET and HEAD work here'), { statusCode: 405 });
    }
    const wanted = parsePath(url, this.config.publicRepository);
    if (wanted === null) throw notFound('file');
    if ('scope' in wanted && wanted.scope === undefined && this.config.publicRepository === undefined)
      throw new DomainError('not_found', 'no_public_repository', NO_PUBLIC_REPOSITORY);
    if (wanted.kind === 'public_key') return sendText(request, response, this.signingKey.publicPem);
    // Asked by mix once a day for newer versions of itself; we have none, and a 404 would make it complain.
    if (wanted.kind === 'installs') return sendText(request, response, '');
    const open = wanted.kind === 'policy' ? await this.files.open(wanted) : null;
    if (open !== null) {
      response.setHeader('cache-control', `public, ${FRESHNESS.policy}`);
      return void (await this.send(request, response, open, false));
    }
    const origin = {
      ip: clientAddress(request, this.config.trustedProxies),
      userAgent: request.headers['user-agent'],
      requestId,
    };
    const reader = await this.readers.admit(wanted.scope, request.headers.authorization, origin);
    if (reader.warning !== null) tell(request, response, reader.warning, 'warn');
    const file = await this.files.find(reader.repositoryId, wanted);
    if (file === null) throw notFound(nameOf(wanted));
    const audience = reader.isPublic ? 'public' : 'private';
    response.setHeader('cache-control', `${audience}, ${FRESHNESS[wanted.kind]}`);
    if (!reader.isPublic)
      response.setHeader('vary', reader.warning === null ? 'authorization' : 'authorization, user-agent');
    const sent = await this.send(request, response, file, !('path' in wanted));
    if (sent === 'whole' && wanted.kind === 'tarball')
      this.downloads.note({ repositoryId: reader.repositoryId, name: wanted.name, version: wanted.version });
  }

  /** `whole`: every byte of the file has gone out. */
  private async send(
    request: IncomingMessage,
    response: ServerResponse,
    file: DeliveredFile,
    ranges: boolean,
  ): Promise<'whole' | void> {
    const { headers } = request;
    response.setHeader('etag', file.etag);
    if (ranges) response.setHeader('accept-ranges', 'bytes');
    if (matchesEtag(headers['if-none-match'], file.etag)) return void response.writeHead(304).end();
    const slice = ranges
      ? readRange(headers.range, headers['if-range'] as string | undefined, file.size, file.etag)
      : 'whole';
    if (slice === 'unsatisfiable') {
      response.setHeader('content-range', `bytes */${file.size}`);
      throw Object.assign(new Error('the range lies behind the end of the file'), { statusCode: 416 });
    }
    const object =
      request.method === 'HEAD'
        ? undefined
        : await this.objects.open(file.objectKey, slice === 'whole' ? undefined : slice);
    if (object === null)
      throw new DomainError('unavailable', 'object_missing', 'the file cannot be read at the moment');
    if (slice !== 'whole') response.setHeader('content-range', `bytes ${slice.start}-${slice.end}/${file.size}`);
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('content-length', slice === 'whole' ? file.size : slice.end - slice.start + 1);
    response.statusCode = slice === 'whole' ? 200 : 206;
    if (object === undefined) return void response.end();
    try {
      // Follows the reader's pace and ends the body when the reader goes away.
      await pipeline(object.body, response);
      if (slice === 'whole') return 'whole';
    } finally {
      object.close();
    }
  }

  /** Refusals by default; each delivered file only for those who ask for it, since that is most of what happens here. */
  private logWhenDone({ method }: IncomingMessage, response: ServerResponse, url: string, requestId: string): void {
    const started = performance.now();
    response.once('close', () => {
      const [path, status, ms] = [url.split('?')[0], response.statusCode, Math.round(performance.now() - started)];
      const line = { request_id: requestId, method, path, status, ms, cut: !response.writableFinished || undefined };
      if (status >= 400) this.logger.info(line, 'fetch refused');
      else this.logger.debug(line, 'fetch');
    });
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown, requestId: string): void {
    // In the middle of a body nothing can be said any more; a cut connection tells the client that bytes are missing.
    if (response.headersSent) return void response.destroy();
    const { status, message } = bodyOf(error);
    if (status >= 500) this.logger.error({ err: error, request_id: requestId }, 'fetch failed');
    for (const name of ['etag', 'accept-ranges', 'content-type', 'content-length']) response.removeHeader(name);
    response.setHeader('cache-control', 'private, no-store');
    // mix shows its own words for a refused fetch, and ours only so.
    if (error instanceof DomainError && error.code.startsWith('organization_'))
      tell(request, response, message, 'fatal');
    if (status === 401) response.setHeader('www-authenticate', CHALLENGE);
    sendText(request, response, `${message}\n`, status);
  }
}

function sendText(request: IncomingMessage, response: ServerResponse, text: string, status = 200): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(request.method === 'HEAD' ? undefined : text);
}

function tell({ headers }: IncomingMessage, response: ServerResponse, text: string, level: 'warn' | 'fatal'): void {
  if (printsMessages(headers['user-agent'])) response.setHeader('x-hex-message', clientMessage(text, level));
}

function nameOf(wanted: Stored): string {
  if ('path' in wanted) return wanted.path;
  return `${wanted.kind === 'docs' ? 'docs of ' : ''}${wanted.name} ${wanted.version}`;
}
