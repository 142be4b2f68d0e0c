import { isPolicyName } from '../hex/policy-rules.js';

/** What a path under `/repo` asks for. `scope` undefined is the public repository. */
export type Wanted =
  | { readonly kind: 'public_key' }
  | { readonly kind: 'installs' }
  | { readonly kind: 'index'; readonly scope: string | undefined; readonly path: string }
  /** Only organizations have them. */
  | { readonly kind: 'policy'; readonly scope: string; readonly path: string }
  | {
      readonly kind: 'tarball' | 'docs';
      readonly scope: string | undefined;
      readonly name: string;
      readonly version: string;
    };

const REPOSITORY = /^[a-z0-9_]{1,200}$/;
const PACKAGE = /^[a-z][a-z0-9_]{0,200}$/;
const TARBALL = /^([a-z][a-z0-9_]{0,200})-([0-9A-Za-z.+-]{1,200})\.tar$/;
const DOCS = /^([a-z][a-z0-9_]{0,200})-([0-9A-Za-z.+-]{1,200})\.tar\.gz$/;

/** What the repository endpoint answers: all under `/repo`, and by a short address the public repository's documentation. */
export const isRepositoryUrl = (url: string, publicRepository: string | undefined): boolean =>
  url.startsWith('/repo/') || /^\/+repo(\/|$)/.test(url) || (publicRepository !== undefined && SHORT_DOCS.test(url));

const SHORT_DOCS = /^\/+docs\/+[^/?]+\.tar\.gz(\?|$)/;

/**
 * Reads the path of a fetch (hex-protocol.md 1.1); null where there is nothing. A segment is decoded by itself and must
 * then fit a narrow pattern, so no spelling of `/`, `..` or NUL leads anywhere. The name ends at the FIRST dash, which names
 * never contain: `a-b-1` cannot be another package's file. A `+` is a plus, never a space.
 */
export function parsePath(url: string, publicRepository: string | undefined): Wanted | null {
  return parseUsual(url, publicRepository) ?? parseAny(url, publicRepository);
}

/** As clients write nearly all of their requests, read at one go; the patterns are those above. */
const USUAL =
  /^\/repo(?:\/repos\/([a-z0-9_]{1,200}))?\/(?:(names|versions|packages\/[a-z][a-z0-9_]{0,200})|tarballs\/([a-z][a-z0-9_]{0,200})-([0-9A-Za-z.+-]{1,200})\.tar)$/;

function parseUsual(url: string, publicRepository: string | undefined): Wanted | undefined {
  const match = USUAL.exec(url);
  if (match === null) return undefined;
  const scope = match[1] === publicRepository ? undefined : match[1];
  if (match[2] !== undefined) return { kind: 'index', scope, path: match[2] };
  return { kind: 'tarball', scope, name: match[3]!, version: match[4]! };
}

function parseAny(url: string, publicRepository: string | undefined): Wanted | null {
  const end = url.indexOf('?');
  const segments = decode(end < 0 ? url : url.slice(0, end));
  if (segments === null) return null;
  if (segments[0] === 'docs') return resource(segments, undefined);
  if (segments.shift() !== 'repo') return null;
  let scope: string | undefined;
  if (segments[0] === 'repos') {
    // Some clients write the organization as they know it: `hexpm:acme`.
    const name = (segments[1] ?? '').replace(/^hexpm:/, '');
    if (!REPOSITORY.test(name)) return null;
    if (name !== publicRepository) scope = name;
    segments.splice(0, 2);
  }
  return resource(segments, scope);
}

function resource([kind, name, ...more]: string[], scope: string | undefined): Wanted | null {
  if (more.length > 0 || kind === undefined) return null;
  if (name === undefined) {
    if (kind === 'public_key') return { kind };
    return kind === 'names' || kind === 'versions' ? { kind: 'index', scope, path: kind } : null;
  }
  if (kind === 'installs') return name === 'hex-1.x.csv' ? { kind } : null;
  if (kind === 'packages') return PACKAGE.test(name) ? { kind: 'index', scope, path: `packages/${name}` } : null;
  if (kind === 'policies')
    return scope !== undefined && isPolicyName(name) ? { kind: 'policy', scope, path: `policies/${name}` } : null;
  const tarball = kind === 'tarballs' ? TARBALL.exec(name) : null;
  if (tarball !== null) return { kind: 'tarball', scope, name: tarball[1]!, version: tarball[2]! };
  const docs = kind === 'docs' ? DOCS.exec(name) : null;
  return docs && { kind: 'docs', scope, name: docs[1]!, version: docs[2]! };
}

function decode(path: string): string[] | null {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}
