import { type FastifyInstance } from 'fastify';
import { DomainError } from '../../platform/errors.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Doors that cookies do not open: their callers show a key, a token or a signature with each request. */
const WITHOUT_COOKIES = /^\/(api|repo|webhooks|health)(\/|\?|$)/;

/**
 * Forms are taken from our own pages only. Browsers say where a request comes from, in a header that no page can forge:
 * Sec-Fetch-Site, or from older ones and over plain http, Origin. A request that says neither did not come from a browser's
 * form, and has no business here. (OWASP CSRF cheat sheet, "Fetch Metadata headers"; the cookies are SameSite=Lax besides.)
 */
export function refuseForeignForms(fastify: FastifyInstance, publicUrl: string): void {
  const ours = new URL(publicUrl).origin;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (SAFE.has(request.method) || WITHOUT_COOKIES.test(request.url)) return done();
    const site = request.headers['sec-fetch-site'];
    const isOurs = site === undefined ? request.headers.origin === ours : site === 'same-origin';
    if (isOurs) return done();
    const refusal = 'this form was not sent from one of our pages; open the page again and repeat';
    done(new DomainError('forbidden', 'foreign_form', refusal));
  });
}
