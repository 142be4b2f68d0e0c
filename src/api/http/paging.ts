import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Urls } from '../../platform/urls.js';

const MOST = 100;

/** A number from 1 to `most`; what is none is `otherwise`. */
const within = (most: number, otherwise: number) =>
  z
    .union([z.literal('').transform(() => otherwise), z.coerce.number()])
    .catch(otherwise)
    .transform((given) => Math.min(Math.max(1, Math.trunc(given)), most))
    .default(otherwise)
    .meta({ override: { type: 'integer', minimum: 1, maximum: most, default: otherwise, anyOf: undefined } });

/** What may be asked of every list that comes in pages: hex.pm's paging, from 1, at most a hundred at once. */
export const Paging = z.object({ page: within(100_000, 1), per_page: within(MOST, MOST) });
export type Paged = z.infer<typeof Paging>;

/** What to look up for a page: one more than it shows, so that the next one is known without counting. */
export const windowOf = ({ page, per_page: perPage }: Paged): { limit: number; offset: number } => ({
  limit: perPage + 1,
  offset: (page - 1) * perPage,
});

/** The page, of what was found for it; the others, as far as they are known, in `Link` (RFC 8288). A page without `next` is the last. */
export function pageOf<T>(
  found: readonly T[],
  { page, per_page: perPage }: Paged,
  { urls, request, reply }: { urls: Urls; request: FastifyRequest; reply: FastifyReply },
): T[] {
  const to = (number: number, rel: string) => `<${addressOf(urls, request, number)}>; rel="${rel}"`;
  const links = [
    ...(found.length > perPage ? [to(page + 1, 'next')] : []),
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
  ];
  if (links.length > 0) void reply.header('link', links.join(', '));
  return found.slice(0, perPage);
}

function addressOf(urls: Urls, request: FastifyRequest, page: number): string {
  const url = new URL(urls.page(request.url));
  url.searchParams.set('page', String(page));
  return url.href;
}
