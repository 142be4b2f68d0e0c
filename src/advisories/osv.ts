import { z } from 'zod';
import { isPackageName } from '../hex/package-name.js';
import { type Affected, boundOf } from './affected.js';
import { rate, type Rating } from './severity.js';

/** A security advisory as it is kept, of a file in the OSV format (https://ossf.github.io/osv-schema). */
export interface OsvAdvisory extends Rating {
  readonly id: string;
  readonly summary: string;
  readonly details: string | null;
  readonly aliases: readonly string[];
  readonly references: readonly Reference[];
  readonly publishedAt: Date | null;
  readonly modifiedAt: Date;
  readonly withdrawnAt: Date | null;
  /** By package. */
  readonly affected: ReadonlyMap<string, Affected>;
}

export interface Reference {
  readonly type: string;
  readonly url: string;
}

/** `foreign`: about other ecosystems only. */
export type OsvReading =
  | { readonly kind: 'advisory'; readonly advisory: OsvAdvisory }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const ECOSYSTEM = 'Hex';
const MAX_SUMMARY = 500;
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{1,99}$/;

const id = z.string().regex(ID, 'must be an id such as GHSA-xxxx-xxxx-xxxx');
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-28T12:00:00Z' });
const bound = z.string().refine((text) => text === '0' || boundOf(text) !== null, 'must be a version');
const Severity = z.array(z.object({ type: z.string(), score: z.string().max(300) })).nullish();
const Said = z
  .object({ severity: z.string().optional().catch(undefined) })
  .nullish()
  .catch(undefined);

const Event = z.object({
  introduced: bound.optional(),
  fixed: bound.optional(),
  last_affected: bound.optional(),
  limit: z.string().optional(),
});
const Range = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['SEMVER', 'ECOSYSTEM']), events: z.array(Event).min(1, 'must not be empty') }),
  z.object({ type: z.literal('GIT') }),
]);
const AffectedHex = z.object({
  package: z.object({
    ecosystem: z.string(),
    name: z.string().refine(isPackageName, 'must be the name of a package'),
  }),
  ranges: z.array(Range).nullish(),
  versions: z.array(z.string().min(1).max(300)).nullish(),
  severity: Severity,
  database_specific: Said,
});

/** Only what is about Hex is looked at closely: one file may speak of several ecosystems, by rules of their own. */
const Frame = z.object({ affected: z.array(z.unknown()).nullish() });
const Osv = z.object({
  id,
  modified: time,
  published: time.nullish(),
  withdrawn: time.nullish(),
  aliases: z.array(id).max(100).nullish(),
  summary: z.string().nullish(),
  details: z.string().max(100_000).nullish(),
  severity: Severity,
  database_specific: Said,
  references: z
    .array(z.object({ type: z.string(), url: z.string().max(2000) }))
    .max(200)
    .nullish(),
  affected: z.array(AffectedHex),
});

const isHex = (entry: unknown): boolean => {
  const { data } = z.object({ package: z.object({ ecosystem: z.string() }) }).safeParse(entry);
  return data?.package.ecosystem.split(':')[0] === ECOSYSTEM;
};

export function readOsv(text: string): OsvReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'problems', problems: ['is not JSON'] };
  }
  const frame = Frame.safeParse(json);
  if (!frame.success) return { kind: 'problems', problems: linesOf(frame.error) };
  const affected = (frame.data.affected ?? []).filter(isHex);
  if (affected.length === 0) return { kind: 'foreign' };
  const parsed = Osv.safeParse({ ...(json as object), affected });
  if (!parsed.success) return { kind: 'problems', problems: linesOf(parsed.error) };
  return { kind: 'advisory', advisory: toAdvisory(parsed.data) };
}

const linesOf = (error: z.ZodError): string[] =>
  error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));

function toAdvisory(osv: z.infer<typeof Osv>): OsvAdvisory {
  const inner = osv.affected.flatMap(({ severity }) => severity ?? []);
  const vectors = (osv.severity?.length ? osv.severity : inner).map(({ score }) => score);
  const word =
    osv.database_specific?.severity ??
    osv.affected.find((one) => one.database_specific?.severity)?.database_specific?.severity;
  const details = osv.details?.trim() || null;
  return {
    ...{ id: osv.id, details, aliases: [...new Set(osv.aliases ?? [])], ...rate(word, vectors) },
    summary: lineOf(osv.summary ?? '') || lineOf(details ?? '') || osv.id,
    references: (osv.references ?? []).filter(({ url }) => /^https?:\/\//i.test(url) && URL.canParse(url)),
    ...{ publishedAt: dateOf(osv.published), modifiedAt: new Date(osv.modified), withdrawnAt: dateOf(osv.withdrawn) },
    affected: byPackage(osv.affected),
  };
}

/** Clients print it in a line of a terminal. */
const lineOf = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_SUMMARY);

const dateOf = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);

/** A file may name a package more than once, say for its branches. */
function byPackage(entries: z.infer<typeof Osv>['affected']): Map<string, Affected> {
  const found = new Map<string, Affected>();
  for (const { package: pkg, ranges, versions } of entries) {
    const before = found.get(pkg.name) ?? { versions: [], ranges: [] };
    const events = (ranges ?? []).flatMap((range) => (range.type === 'GIT' ? [] : [range.events.map(present)]));
    const listed = [...new Set([...before.versions, ...(versions ?? [])])];
    found.set(pkg.name, { versions: listed, ranges: [...before.ranges, ...events] });
  }
  return found;
}

const present = <T extends object>(event: T): T =>
  Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as T;
