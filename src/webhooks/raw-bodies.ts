import { type FastifyInstance, type FastifyRequest } from 'fastify';

const MAX_BODY = 1024 * 1024;
/** Known only within the server: whatever a webhook calls its body, this is what it is read as. */
const RAW = 'application/vnd.propolis.raw';

const isWebhook = ({ url }: Pick<FastifyRequest, 'url'>): boolean => /^\/webhooks(\/|\?|$)/.test(url);

/**
 * Webhooks get their bodies as the bytes that were sent: they are what is signed, and the same JSON written anew is something
 * else. On no other route, and before anything is parsed.
 */
export function takeRawBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(RAW, { parseAs: 'buffer', bodyLimit: MAX_BODY }, (request, body, done) => {
    if (isWebhook(request)) done(null, body);
    else done(Object.assign(new Error('Unsupported media type: send application/json'), { statusCode: 415 }));
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isWebhook(request)) {
      request.headers['content-type'] = RAW;
      void reply.header('cache-control', 'no-store');
    }
    done();
  });
}
