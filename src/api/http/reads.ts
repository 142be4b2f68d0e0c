import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { etagOf, matchesEtag } from '../../platform/http/etags.js';

const isApi = ({ url }: FastifyRequest): boolean => /^\/api(\/|\?|$)/.test(url);
const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

/** What scripts of other sites may read of an answer besides its body. */
const EXPOSED =
  'etag, last-modified, link, location, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id';

/**
 * What all reads of the API have in common.
 *
 * An answer carries the ETag of its bytes, and is not sent again to who has them. It is asked for anew each time
 * (`no-cache`), since what was published must be seen at once. `Last-Modified` is for people: an answer also holds what its
 * `updated_at` does not tell of (downloads, owners), so nothing is decided by it.
 *
 * Scripts of any site may read, with the credential that they have: none of ours is sent by a browser by itself.
 */
export function serveReads(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isApi(request)) return done();
    if (request.method === 'OPTIONS') return void preflight(reply);
    if (isRead(request))
      void reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED });
    done();
  });
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    if (isApi(request) && isRead(request) && reply.statusCode === 200) date(reply, payload);
    done(null, payload);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (!isApi(request) || !isRead(request) || reply.statusCode !== 200) return done(null, payload);
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return done(null, payload);
    const etag = etagOf(payload);
    void reply.header('etag', etag);
    if (!matchesEtag(request.headers['if-none-match'], etag)) return done(null, payload);
    void reply.status(304).removeHeader('content-type').removeHeader('content-length');
    // Of a HEAD the framework sends no body by itself, once it has measured it.
    done(null, request.method === 'HEAD' ? payload : null);
  });
}

function preflight(reply: FastifyReply): void {
  void reply
    .status(204)
    .headers({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD' })
    .headers({
      'access-control-allow-headers': 'accept, authorization, if-none-match',
      'access-control-max-age': 86_400,
    })
    .send();
}

function date(reply: FastifyReply, payload: unknown): void {
  if (typeof payload !== 'object' || payload === null || !('updated_at' in payload)) return;
  const { updated_at: updated } = payload;
  if (typeof updated === 'string') void reply.header('last-modified', new Date(updated).toUTCString());
}
