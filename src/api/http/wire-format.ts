import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { decodeEtf } from '../../hex/etf-decode.js';
import { encodeEtf } from '../../hex/etf-encode.js';
import { FormatError } from '../../hex/format-error.js';
import { DomainError } from '../../platform/errors.js';
import { bodyOf } from '../../platform/http/error-filter.js';
import { parseJsonBody } from '../../platform/http/json-body.js';
import { askForBody } from '../../platform/http/server.js';

const ERLANG = 'application/vnd.hex+erlang';
const JSON_TYPES = ['application/json', 'application/vnd.hex+json'];

const isApi = (request: FastifyRequest): boolean => /^\/api(\/|\?|$)/.test(request.url);
const isUpload = (request: FastifyRequest): boolean =>
  request.method === 'POST' &&
  /^\/api(\/repos\/[^/]+)?\/(publish|packages\/[^/]+\/releases(\/[^/]+\/docs)?)\/?(\?|$)/.test(request.url);

/**
 * Speaks the Hex API's two languages, JSON and Erlang terms, on every route and every error (hex-protocol.md 3.1): bodies
 * are read by their Content-Type, answers are written as Accept asks. An answer without a body carries no content type: a
 * 204 that claims to hold a term makes mix fail.
 */
export function speakHex(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  for (const type of JSON_TYPES)
    fastify.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) =>
      parse(parseJsonBody, body as Buffer, done),
    );
  fastify.addContentTypeParser(ERLANG, { parseAs: 'buffer' }, (_request, body, done) =>
    parse(parseTermBody, body as Buffer, done),
  );
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) =>
    parse(parseFormBody, body as Buffer, done),
  );
  // A tarball stays unread in the request, for its handler to stream.
  fastify.addContentTypeParser('*', (request, payload, done) => {
    if (isApi(request) && !isUpload(request) && !request.is404)
      done(refusal(415, `Unsupported media type: send application/json or ${ERLANG}`));
    else done(null, payload);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    // Whatever a client calls a tarball, it is one where a tarball belongs.
    if (isApi(request) && isUpload(request)) request.headers['content-type'] = 'application/octet-stream';
    else if (!request.is404) askForBody(request.raw, reply.raw);
    done(isApi(request) ? refusalBefore(request) : undefined);
  });
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    if (isApi(request)) write(request, reply);
    done(null, payload);
  });
}

function refusalBefore(request: FastifyRequest): Error | undefined {
  if ((request.headers['user-agent'] ?? '').trim() === '') return badRequest('User-Agent header is required');
  if (/%00/.test(request.url)) return badRequest('Bad request');
  if (negotiate(request.headers.accept) === null)
    return refusal(406, `Not acceptable: ask for application/json or ${ERLANG}`);
  return undefined;
}

/** The first of our formats that Accept names; JSON where it names none in particular; null where it wants neither. */
export function negotiate(accept: string | undefined): 'erlang' | 'json' | null {
  const wanted = (accept ?? '').split(',').map((part) => part.split(';')[0]!.trim().toLowerCase());
  for (const type of wanted) {
    if (type === ERLANG) return 'erlang';
    if (JSON_TYPES.includes(type) || type === '*/*' || type === 'application/*' || type === '') return 'json';
  }
  return null;
}

// Fastify sends a serializer's Buffer as it is; only its types know nothing but text.
const toTerm = encodeEtf as unknown as (value: unknown) => string;

function write(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('vary', 'accept, authorization');
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'private, no-cache');
  if (negotiate(request.headers.accept) === 'erlang') void reply.type(ERLANG).serializer(toTerm);
  else void reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
}

function parse(
  read: (body: Buffer) => unknown,
  body: Buffer,
  done: (error: Error | null, value?: unknown) => void,
): void {
  let value: unknown;
  try {
    value = read(body);
  } catch (error) {
    return done(error instanceof DomainError ? badRequest(bodyOf(error).message) : (error as Error));
  }
  if (isStorable(value)) done(null, value);
  else done(badRequest('bad request body: text with a null byte or half a surrogate pair'));
}

/** Texts that no row can hold are refused at the door. The formats have bounded how deep a value is nested. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && !/\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

function parseTermBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return decodeEtf(body);
  } catch (error) {
    throw error instanceof FormatError ? badRequest(`bad request body: ${error.message}`) : error;
  }
}

function parseFormBody(body: Buffer): unknown {
  const fields = new URLSearchParams(body.toString('utf8'));
  // A name that comes more than once is a list: ticked boxes.
  const value = (name: string) => (fields.getAll(name).length > 1 ? fields.getAll(name) : fields.get(name));
  return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, value(name)]));
}

const refusal = (statusCode: number, message: string): Error => Object.assign(new Error(message), { statusCode });
const badRequest = (message: string): Error => refusal(400, message);
