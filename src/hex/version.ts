import { FormatError } from './format-error.js';

/** A non-negative integer: a number while that is exact, a bigint beyond. The two mix in `<` and `===` as one would hope. */
export type Natural = number | bigint;

/** What Elixir's `Version` holds. `pre` is empty for a stable version; `build` is the text after `+` or null. */
export interface Version {
  readonly major: Natural;
  readonly minor: Natural;
  readonly patch: Natural;
  readonly pre: readonly (string | Natural)[];
  readonly build: string | null;
}

/** A version as a requirement may write it: `~> 1.2` has no patch. */
export interface PartialVersion extends Omit<Version, 'patch'> {
  readonly patch: Natural | null;
}

const MAX_LENGTH = 1024;
const MAX_NUMBER = 99_999_999_999_999;
const MAX_PRE_BYTES = 64;
const IDENTIFIER = /^[0-9A-Za-z-]+$/;

/**
 * Reads a version exactly as Elixir's `Version.parse` does: three numbers without leading zeros, identifiers after `-`
 * (numeric ones without leading zeros), identifiers after `+`. The one difference: above 1,024 characters it gives up.
 */
export function tryParseVersion(text: string): Version | null {
  const version = tryParsePartialVersion(text);
  return version && version.patch !== null ? { ...version, patch: version.patch } : null;
}

/** As `tryParseVersion`, with a message for the person who wrote the version. */
export function parseVersion(text: string): Version {
  const version = tryParseVersion(text);
  if (!version) throw new FormatError('version', `invalid version: ${JSON.stringify(text.slice(0, 100))}`);
  return version;
}

/** As `tryParseVersion`, but the patch may be missing. Only requirements are written that way. */
export function tryParsePartialVersion(text: string): PartialVersion | null {
  if (text.length > MAX_LENGTH) return null;
  const [precedence, build] = cut(text, '+');
  const [numbers, pre] = cut(precedence, '-');
  const parts = numbers.split('.').map(natural);
  const identifiers = pre === null ? [] : pre.split('.').map(identifier);
  const [major, minor, patch = null] = parts;
  if (parts.length > 3 || parts.includes(null) || major == null || minor == null) return null;
  if (!identifiers.every((each) => each !== null)) return null;
  if (build !== null && !build.split('.').every((each) => IDENTIFIER.test(each))) return null;
  return { major, minor, patch, pre: identifiers, build };
}

export function formatVersion(version: Version): string {
  const pre = version.pre.length === 0 ? '' : `-${version.pre.join('.')}`;
  const build = version.build === null ? '' : `+${version.build}`;
  return `${version.major}.${version.minor}.${version.patch}${pre}${build}`;
}

/** Orders versions by precedence: negative, zero or positive, as `Array.sort` wants it. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compare(a.major, b.major) || compare(a.minor, b.minor) || compare(a.patch, b.patch) || comparePre(a.pre, b.pre)
  );
}

export function isStable(version: Pick<Version, 'pre'>): boolean {
  return version.pre.length === 0;
}

/** Refuses what parses but may not be published. The message is a predicate to be shown beside the field `version`. */
export function checkPublishable(version: Version): void {
  if (version.build !== null) throw new FormatError('version_build', 'build number not allowed');
  const parts = [version.major, version.minor, version.patch, ...version.pre];
  if (parts.some((part) => typeof part !== 'string' && part > MAX_NUMBER)) {
    throw new FormatError('version_number', `numeric components must be at most ${MAX_NUMBER}`);
  }
  if (version.pre.join('.').length > MAX_PRE_BYTES) {
    throw new FormatError('version_prerelease', `prerelease must be at most ${MAX_PRE_BYTES} characters`);
  }
}

/** `text` before and after the first `mark`; null where there is no mark, which is not the same as nothing after it. */
function cut(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function natural(digits: string): Natural | null {
  if (!/^(0|[1-9][0-9]*)$/.test(digits)) return null;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

function identifier(text: string): string | Natural | null {
  if (/^[0-9]+$/.test(text)) return natural(text);
  return IDENTIFIER.test(text) ? text : null;
}

function compare<T extends string | Natural>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePre(a: Version['pre'], b: Version['pre']): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers come before words, as in Erlang's order of terms. */
function compareIdentifiers(a: string | Natural, b: string | Natural): number {
  if (typeof a === 'string' && typeof b === 'string') return compare(a, b);
  if (typeof a === 'string') return 1;
  return typeof b === 'string' ? -1 : compare(a, b);
}
