import { ErlangAtom, ErlangMap, ErlangTuple, type ErlangTerm } from './erlang-terms.js';
import { FormatError } from './format-error.js';
import { type FieldCollector } from './metadata-errors.js';
import { isNil, isNilText, namedPairs, text } from './metadata-terms.js';
import { isPackageName } from './package-name.js';
import { checkPublishableRequirement } from './requirement.js';

export interface PackageRequirement {
  /** Of the package asked for. */
  name: string;
  /** Of its OTP application; usually the same. */
  app: string;
  /** In Elixir's syntax, publishable. */
  requirement: string;
  optional: boolean;
  /** `hexpm` or an organization, as written; "my own repository" has no spelling of its own. */
  repository: string;
}

const MAX_REQUIREMENTS = 1000;

type Properties = ReadonlyMap<string, ErlangTerm>;

/**
 * Reads the dependencies in any of their shapes: mix writes a list of lists of pairs, with the name among the pairs;
 * hex_core and rebar3_hex a list (or map) of names and pairs. What is wrong with one goes to `errors` under its name.
 */
export function readRequirements(term: ErlangTerm | undefined, errors: FieldCollector): PackageRequirement[] {
  if (term === undefined || isNil(term) || isNilText(term)) return [];
  const seen = new Set<string>();
  const written = dependencies(term);
  if (written.length > MAX_REQUIREMENTS) {
    throw new FormatError('metadata', `a package may have at most ${MAX_REQUIREMENTS} requirements`);
  }
  return written.map(([name, properties]) =>
    errors.collect(['requirements', name.slice(0, 255)], () => {
      if (seen.has(name)) throw new FormatError('metadata', 'is required twice');
      seen.add(name);
      return readRequirement(name, new Map(namedPairs(properties, 'requirement')));
    }),
  );
}

function dependencies(term: ErlangTerm): [string, ErlangTerm][] {
  if (term instanceof ErlangMap) return term.entries.map(([name, properties]) => [text(name), properties]);
  if (!Array.isArray(term)) throw new FormatError('metadata', 'expected type list');
  return term.map((each) => {
    if (each instanceof ErlangTuple) return namedPair(each);
    return [nameAmong(each), each];
  });
}

function namedPair({ elements: [name, properties, ...more] }: ErlangTuple): [string, ErlangTerm] {
  if (name === undefined || properties === undefined || more.length > 0) {
    throw new FormatError('metadata', 'expected pairs {<<"name">>, Properties}');
  }
  return [text(name), properties];
}

function nameAmong(properties: ErlangTerm): string {
  const name = namedPairs(properties, 'requirement').find(([key]) => key === 'name')?.[1];
  if (name === undefined) throw new FormatError('metadata', 'a requirement has no name');
  return text(name);
}

function readRequirement(name: string, properties: Properties): PackageRequirement {
  if (!isPackageName(name)) throw new FormatError('metadata', 'is not the name of a package');
  return {
    name,
    app: textOf(properties, 'app') ?? name,
    requirement: requirementOf(properties),
    optional: isOptional(properties.get('optional')),
    repository: textOf(properties, 'repository') ?? 'hexpm',
  };
}

function requirementOf(properties: Properties): string {
  const requirement = textOf(properties, 'requirement');
  checkPublishableRequirement(requirement ?? null);
  return requirement ?? '';
}

function textOf(properties: Properties, key: string): string | undefined {
  const term = properties.get(key);
  if (term === undefined || isNil(term) || isNilText(term)) return undefined;
  try {
    return text(term);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.code, `${key}: ${error.message}`) : error;
  }
}

function isOptional(term: ErlangTerm | undefined): boolean {
  if (term === undefined || isNil(term) || isNilText(term)) return false;
  if (term instanceof ErlangAtom && (term.name === 'true' || term.name === 'false')) return term.name === 'true';
  throw new FormatError('metadata', 'optional: expected type boolean');
}
