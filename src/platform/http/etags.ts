import { hash } from 'node:crypto';

/** Strong, of the bytes themselves. */
export const etagOf = (bytes: string | Uint8Array): string => `"${hash('sha256', bytes, 'base64url')}"`;

/** Does If-None-Match name this ETag (RFC 9110, 13.1.2)? An empty value names nothing: rebar3 3.19 sends one on a first download. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === etag || one === '*');
}
