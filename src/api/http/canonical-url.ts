/**
 * The URL that a Hex client meant. mix keeps a trailing slash of HEX_API_URL and so asks for `/api//users/me`; without a
 * version `mix hex.package fetch --organization acme` asks for `/api/repos/hexpm:acme/…`; and most calls about the public
 * repository come as `/api/repos/NAME/…` instead of `/api/…` (hex-protocol.md 3.1, 3.2). Only the list of packages keeps the
 * name: without it, it is that of all repositories.
 */
export function canonicalUrl(url: string, publicRepository: string | undefined): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const query = end < 0 ? '' : url.slice(end);
  let canonical = path.replace(/\/{2,}/g, '/').replace(/^(\/api\/(?:repos|orgs)\/)hexpm(?::|%3a)/i, '$1');
  if (publicRepository !== undefined)
    canonical = canonical.replace(new RegExp(`^/api/repos/${publicRepository}(?=/(?!packages/?$))`), '/api');
  return canonical + query;
}
