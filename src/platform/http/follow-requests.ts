import { type FastifyInstance } from 'fastify';
import { type Logger } from '../log.js';
import { bodyWasNotAskedFor } from './server.js';

/**
 * What every request through the framework gets: its id in the answer, and one line in the log, without headers, query or
 * body, since they may hold secrets. A request whose body was announced with `Expect` and never asked for ends its
 * connection: what the client sends next would be that body or not, and nobody could tell.
 */
export function followRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    void reply.header('x-request-id', request.id);
    if (bodyWasNotAskedFor(request.raw)) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const path = request.url.split('?')[0];
    const ms = Math.round(reply.elapsedTime);
    logger.info({ request_id: request.id, method: request.method, path, status: reply.statusCode, ms }, 'request');
    done();
  });
}
