import cookie from '@fastify/cookie';
import { type FastifyInstance } from 'fastify';
import { DomainError } from '../platform/errors.js';
import { type ErrorBody } from '../platform/http/error-filter.js';
import { errorPage } from './error.page.js';
import { type Origins } from './http/answers.js';
import { refuseForeignForms } from './http/same-origin.js';
import { visitorOf } from './http/visitor.js';

const isSite = (url: string): boolean => !/^\/(api|webhooks)(\/|\?|$)/.test(url);

/**
 * Nothing but our own files, no inline script or style, no frames, forms to ourselves. `formTargets`: origins that the form of
 * this one page may lead to (OAuth's redirect to its client). `origins`: whom this one page asks besides us (Stripe's form; it
 * writes style attributes onto the frames that it adds, which are allowed there and nowhere else).
 */
export const contentSecurityPolicy = (formTargets: readonly string[] = [], origins?: Origins): string =>
  [
    ...["default-src 'none'", from('script-src', origins?.script), "style-src 'self'"],
    ...(origins === undefined ? [] : ["style-src-attr 'unsafe-inline'"]),
    ...[`${from('img-src', origins?.image)} data:`, from('connect-src', origins?.connect), "font-src 'self'"],
    ...["base-uri 'none'", "frame-ancestors 'none'", from('frame-src', origins?.frame)],
    from('form-action', formTargets),
  ].join('; ');

const from = (directive: string, others: readonly string[] = []): string => [directive, "'self'", ...others].join(' ');

/** For people: headers that keep pages from being framed, scripted or sniffed, and errors as pages instead of terms. */
export async function guardSite(fastify: FastifyInstance, publicUrl: string): Promise<void> {
  await fastify.register(cookie);
  refuseForeignForms(fastify, publicUrl);
  // No address of ours has a NUL in it, and no row that is asked for could hold one.
  fastify.addHook('onRequest', ({ url }, _reply, done) => {
    done(isSite(url) && url.includes('%00') ? new DomainError('not_found', 'not_found', 'Page not found') : undefined);
  });
  const headers = {
    ...{ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' },
    ...{ 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' },
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    ...(publicUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  };
  const policy = contentSecurityPolicy();
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.headers(headers);
    if (!reply.hasHeader('content-security-policy')) void reply.header('content-security-policy', policy);
    done(null, payload);
  });
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    if (!isSite(request.url)) return done(null, payload);
    void reply.type('text/html; charset=utf-8').serializer((page: unknown) => page as string);
    void reply.header('cache-control', 'no-store');
    done(null, errorPage(visitorOf(request), payload as ErrorBody, request.id));
  });
}
