import { FieldCollector } from './metadata-errors.js';
import { readRequirements, type PackageRequirement } from './metadata-requirements.js';
import { isNil, isNilText, list, namedPairs, nested, text, type NestedObject } from './metadata-terms.js';
import { parseErlangTerms, type ErlangTerm } from './erlang-terms.js';
import { FormatError } from './format-error.js';
import { checkPackageName } from './package-name.js';
import { checkPublishableRequirement } from './requirement.js';
import { checkPublishable, tryParseVersion } from './version.js';

/** What a package says about itself in metadata.config; every rule that needs no database has been checked. */
export interface PackageMetadata {
  name: string;
  /** Publishable, as written (see `parseVersion`). */
  version: string;
  app: string;
  description: string | null;
  files: string[];
  licenses: string[];
  /** Label to http(s) address. No prototype. */
  links: Record<string, string>;
  requirements: PackageRequirement[];
  buildTools: string[];
  /** Which Elixir the package asks for. */
  elixir: string | null;
  maintainers: string[];
  extra: NestedObject;
}

type Values = ReadonlyMap<string, ErlangTerm>;

// An OTP application becomes a folder on the client's disk.
const APP = /^[A-Za-z][A-Za-z0-9_@-]*$/;
const ADDRESS = /^https?:\/\/[^\s/]/i;
const IDENTIFYING = new Set(['name', 'version', 'requirements']);
const BUILD_TOOLS: Readonly<Record<string, string>> = {
  'mix.exs': 'mix',
  'rebar.config': 'rebar3',
  rebar: 'rebar3',
  Makefile: 'make',
  'Makefile.win': 'make',
};

/**
 * Reads metadata.config of any client (hex-protocol section 2): both shapes of requirements, `<<"nil">>` for nothing,
 * bytes that are not UTF-8 as Latin-1. Missing build tools are derived from the files at the root. Unknown keys are let
 * pass. Of a key given twice the last counts, as for every client, but for those that say which release this is. Throws FormatError for a text that is no list of pairs, and MetadataError with all wrong
 * fields at once.
 */
export function readMetadata(bytes: Uint8Array): PackageMetadata {
  const values: Values = new Map(namedPairs(parseErlangTerms(bytes), 'metadata', (key) => IDENTIFYING.has(key)));
  const errors = new FieldCollector();
  const meta = <T>(field: string, read: () => T): T => errors.collect(['meta', field], read);
  const files = meta('files', () => readFiles(values));
  const metadata: PackageMetadata = {
    name: errors.collect(['name'], () => readName(values)),
    version: errors.collect(['version'], () => readVersion(values)),
    app: meta('app', () => readApp(values)),
    description: meta('description', () => optionalText(values, 'description')),
    files,
    licenses: meta('licenses', () => optionalList(values, 'licenses')),
    links: meta('links', () => readLinks(values)),
    requirements: errors.collect(['requirements'], () => readRequirements(values.get('requirements'), errors)),
    buildTools: meta('build_tools', () => readBuildTools(values, files)),
    elixir: meta('elixir', () => readElixir(values)),
    maintainers: meta('maintainers', () => optionalList(values, 'maintainers')),
    extra: meta('extra', () => readExtra(values)),
  };
  errors.throwIfAny();
  return metadata;
}

function readName(values: Values): string {
  const name = requiredText(values, 'name');
  checkPackageName(name);
  return name;
}

function readVersion(values: Values): string {
  const written = requiredText(values, 'version');
  const version = tryParseVersion(written);
  if (!version) throw new FormatError('version', 'is invalid SemVer');
  checkPublishable(version);
  return written;
}

function readApp(values: Values): string {
  const app = requiredText(values, 'app');
  if (!APP.test(app) || app.length > 255) throw new FormatError('metadata', 'is not the name of an OTP application');
  return app;
}

function readFiles(values: Values): string[] {
  const files = list(required(values, 'files'));
  if (files.length === 0) throw new FormatError('metadata', "package can't be empty");
  return files;
}

function readLinks(values: Values): Record<string, string> {
  const links = Object.create(null) as Record<string, string>;
  const term = optional(values, 'links');
  if (term === undefined) return links;
  for (const [label, address] of namedPairs(term, 'links')) {
    links[label] = text(address);
    if (!isAddress(links[label])) {
      throw new FormatError('metadata', `invalid link ${JSON.stringify(links[label].slice(0, 100))}`);
    }
  }
  return links;
}

/** Pages show links as they are: nothing but http and https, so that none is a script. */
function isAddress(address: string): boolean {
  return ADDRESS.test(address) && URL.canParse(address);
}

function readBuildTools(values: Values, files: readonly string[] | undefined): string[] {
  const written = optional(values, 'build_tools');
  const tools = written === undefined ? deriveBuildTools(files ?? []) : list(written);
  if (tools.length === 0) throw new FormatError('metadata', "can't be blank");
  return tools;
}

function deriveBuildTools(files: readonly string[]): string[] {
  const tools = files.flatMap((file) => (Object.hasOwn(BUILD_TOOLS, file) ? (BUILD_TOOLS[file] ?? []) : []));
  return [...new Set(tools)].sort();
}

function readElixir(values: Values): string | null {
  const requirement = optionalText(values, 'elixir');
  if (requirement !== null) checkPublishableRequirement(requirement);
  return requirement;
}

function readExtra(values: Values): NestedObject {
  const term = optional(values, 'extra');
  const extra = Object.create(null) as NestedObject;
  if (term === undefined) return extra;
  for (const [key, value] of namedPairs(term, 'extra')) extra[key] = nested(value);
  return extra;
}

function required(values: Values, key: string): ErlangTerm {
  const term = values.get(key);
  if (term === undefined || isNil(term)) throw new FormatError('metadata', "can't be blank");
  return term;
}

function requiredText(values: Values, key: string): string {
  const value = text(required(values, key));
  if (value.trim() === '') throw new FormatError('metadata', "can't be blank");
  return value;
}

/** Undefined for a key that is missing or nil, in any spelling of nil. */
function optional(values: Values, key: string): ErlangTerm | undefined {
  const term = values.get(key);
  return term === undefined || isNil(term) || isNilText(term) ? undefined : term;
}

function optionalText(values: Values, key: string): string | null {
  const term = optional(values, key);
  return term === undefined ? null : text(term);
}

function optionalList(values: Values, key: string): string[] {
  const term = optional(values, key);
  return term === undefined ? [] : list(term);
}
