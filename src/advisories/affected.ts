import { compareVersions, formatVersion, tryParseVersion, type Version } from '../hex/version.js';

/** One bound of a range; `introduced: '0'` is before all versions. */
export interface RangeEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

/** Which versions of a package an advisory is about: those that are listed, and those in a range. */
export interface Affected {
  readonly versions: readonly string[];
  readonly ranges: readonly (readonly RangeEvent[])[];
}

/** A bound as people write it: `1.2` stands for 1.2.0. Null for what is no version. */
export const boundOf = (text: string): Version | null =>
  tryParseVersion(text) ?? tryParseVersion(/^\d+$/.test(text) ? `${text}.0.0` : `${text}.0`);

type Bound = { readonly at: Version | null; readonly kind: 'introduced' | 'fixed' | 'last_affected' };

/** In the order of versions; at one version what ends comes before what begins, as in a file that says "fixed, then broken again". */
function boundsOf(events: readonly RangeEvent[]): Bound[] {
  const bounds = events.flatMap(({ introduced, fixed, last_affected: last }): Bound[] => {
    if (introduced !== undefined) return [{ at: introduced === '0' ? null : boundOf(introduced), kind: 'introduced' }];
    if (fixed !== undefined) return [{ at: boundOf(fixed), kind: 'fixed' }];
    return last === undefined ? [] : [{ at: boundOf(last), kind: 'last_affected' }];
  });
  const rank = { fixed: 0, introduced: 1, last_affected: 2 };
  return bounds.toSorted((a, b) => {
    if (a.at === null || b.at === null) return Number(a.at !== null) - Number(b.at !== null);
    return compareVersions(a.at, b.at) || rank[a.kind] - rank[b.kind];
  });
}

/** OSV's way to evaluate a range: the last bound at or below the version says whether it is affected. */
function isInRange(events: readonly RangeEvent[], version: Version): boolean {
  const limits = events.flatMap(({ limit }) => (limit === undefined || limit === '*' ? [] : [boundOf(limit)]));
  if (limits.length > 0 && !limits.some((limit) => limit !== null && compareVersions(version, limit) < 0)) return false;
  let affected = false;
  for (const { at, kind } of boundsOf(events)) {
    const order = at === null ? 1 : compareVersions(version, at);
    if (kind === 'introduced' && order >= 0) affected = true;
    if (kind === 'fixed' && order >= 0) affected = false;
    if (kind === 'last_affected' && order > 0) affected = false;
  }
  return affected;
}

export function affects({ versions, ranges }: Affected, text: string): boolean {
  if (versions.includes(text)) return true;
  const version = tryParseVersion(text);
  return version !== null && ranges.some((events) => isInRange(events, version));
}

/** The same as requirements, to be read by people and programs. */
export function requirementsOf({ versions, ranges }: Affected): string[] {
  // Feeds list the versions that their ranges come to as well; once is enough.
  const listed = versions.filter((one) => !affects({ versions: [], ranges }, one));
  return [...ranges.flatMap(spansOf), ...listed.map((one) => `== ${one}`)];
}

function spansOf(events: readonly RangeEvent[]): string[] {
  const spans: string[] = [];
  let from: string | null = null;
  for (const { at, kind } of boundsOf(events)) {
    if (kind === 'introduced') {
      from ??= at === null ? '' : `>= ${formatVersion(at)}`;
      continue;
    }
    if (from === null || at === null) continue;
    const end = `${kind === 'fixed' ? '<' : '<='} ${formatVersion(at)}`;
    spans.push(from === '' ? end : `${from} and ${end}`);
    from = null;
  }
  return from === null ? spans : [...spans, from || '>= 0.0.0'];
}
