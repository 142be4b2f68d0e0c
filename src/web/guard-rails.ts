import { type FastifyInstance } from 'fastify';
import { errorPage } from './error.page.js';
import { type ErrorBody } from '../platform/http/error-filter.js';

const isSite = (url: string): boolean => !/^\/api(\/|\?|$)/.test(url);

/** For people: headers that keep pages from being framed, scripted or sniffed, and errors as pages instead of terms. */
export function guardSite(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    });
    done(null, payload);
  });
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    if (!isSite(request.url)) return done(null, payload);
    const { status, message } = payload as ErrorBody;
    void reply.type('text/html; charset=utf-8').serializer((page: unknown) => page as string);
    done(null, errorPage(status, message));
  });
}
