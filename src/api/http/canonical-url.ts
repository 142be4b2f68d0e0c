/**
 * The URL that a Hex client meant (hex-protocol.md 3.1, 3.2). Slashes at the end or twice do not count: mix keeps a trailing
 * one of HEX_API_URL and so asks for `/api//users/me`. Without a version `mix hex.package fetch --organization acme` asks for
 * `/api/repos/hexpm:acme/…`. Most calls about the public repository come as `/api/repos/NAME/…` instead of `/api/…`; only the
 * list of packages keeps the name, since without it it is that of all repositories. What cannot be decoded is asked for as a
 * NUL, or the framework would refuse it before anybody knows in which format.
 */
export function canonicalUrl(url: string, publicRepository: string | undefined): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const query = end < 0 ? '' : url.slice(end);
  if (!isDecodable(path)) return /^\/+api(\/|$)/.test(path) ? '/api/%00' : '/%00';
  let canonical = path
    .replace(/\/{2,}/g, '/')
    .replace(/^(\/api.*)\/$/, '$1')
    .replace(/^(\/api\/(?:repos|orgs)\/)hexpm(?::|%3a)/i, '$1');
  if (publicRepository !== undefined)
    canonical = canonical.replace(new RegExp(`^/api/repos/${publicRepository}(?=/(?!packages$))`), '/api');
  return canonical + query;
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
