import { type FastifyInstance } from 'fastify';
import { type Logger } from '../log.js';
import { bodyWasNotAskedFor } from './server.js';

/**
 * One line a request, without headers, query or body: they may hold secrets. A request whose body was announced with
 * `Expect` and never asked for ends its connection, since what the client sends next would be that body or not, and nobody
 * could tell.
 */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
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
