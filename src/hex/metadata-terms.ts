import { Buffer } from 'node:buffer';
import { ErlangAtom, ErlangMap, ErlangTuple, type ErlangTerm } from './erlang-terms.js';
import { FormatError } from './format-error.js';

/** A value as JSON has it. Objects have no prototype; an integer that is not exact as a number is its digits. */
export type Nested = string | number | boolean | null | Nested[] | NestedObject;
export interface NestedObject {
  [key: string]: Nested;
}

/** The atom nil or undefined. */
export function isNil(term: ErlangTerm): boolean {
  return term instanceof ErlangAtom && (term.name === 'nil' || term.name === 'undefined');
}

/** How Elixir's nil arrives where the client made binaries of all atoms. */
export function isNilText(term: ErlangTerm): boolean {
  return term === 'nil';
}

/** A binary as text. Bytes that are not UTF-8 are Latin-1, as old clients meant them. */
export function text(term: ErlangTerm): string {
  if (typeof term !== 'string' && !(term instanceof Uint8Array)) throw mismatch('string');
  const value = typeof term === 'string' ? term : Buffer.from(term).toString('latin1');
  if (value.includes('\0')) throw new FormatError('metadata', 'must not contain null bytes');
  return value;
}

export function list(term: ErlangTerm): string[] {
  if (!Array.isArray(term) || !term.every((each) => typeof each === 'string' || each instanceof Uint8Array)) {
    throw mismatch('list(string)');
  }
  return term.map(text);
}

/**
 * The pairs of a list of 2-tuples or of a map, keyed by text. No key may be `__proto__`, nor occur twice where `once` says so:
 * by default nowhere.
 */
export function namedPairs(
  term: ErlangTerm | readonly ErlangTerm[],
  where: string,
  once: (name: string) => boolean = () => true,
): [string, ErlangTerm][] {
  const seen = new Set<string>();
  return pairs(term, where).map(([key, value]) => {
    const name = text(key);
    if (name === '__proto__') throw new FormatError('metadata', `${where}: the key "__proto__" is not allowed`);
    if (seen.has(name) && once(name)) {
      throw new FormatError('metadata', `${where}: the key ${JSON.stringify(name.slice(0, 100))} is given twice`);
    }
    seen.add(name);
    return [name, value];
  });
}

/** A free value. A list of pairs becomes an object, as in hex_core; an empty list stays one. */
export function nested(term: ErlangTerm): Nested {
  if (typeof term === 'number') return term;
  if (typeof term === 'bigint') return String(term);
  if (term instanceof ErlangAtom) return atomValue(term.name);
  if (term instanceof ErlangTuple) return term.elements.map(nested);
  if (term instanceof ErlangMap || isPairList(term)) return nestedObject(term);
  return Array.isArray(term) ? term.map(nested) : text(term);
}

function nestedObject(term: ErlangTerm): NestedObject {
  const object = Object.create(null) as NestedObject;
  for (const [key, value] of namedPairs(term, 'map')) object[key] = nested(value);
  return object;
}

function isPairList(term: ErlangTerm): boolean {
  return Array.isArray(term) && term.length > 0 && term.every((each) => isPair(each) && isText(each.elements[0]));
}

function isPair(term: ErlangTerm): term is ErlangTuple {
  return term instanceof ErlangTuple && term.elements.length === 2;
}

function isText(term: ErlangTerm | undefined): boolean {
  return typeof term === 'string' || term instanceof Uint8Array;
}

function pairs(term: ErlangTerm | readonly ErlangTerm[], where: string): (readonly [ErlangTerm, ErlangTerm])[] {
  if (term instanceof ErlangMap) return [...term.entries];
  if (!Array.isArray(term)) throw mismatch('map');
  return term.map((each: ErlangTerm) => {
    const [key, value] = isPair(each) ? each.elements : [];
    if (key === undefined || value === undefined || !isText(key)) {
      throw new FormatError('metadata', `${where}: expected pairs {<<"key">>, Value}`);
    }
    return [key, value];
  });
}

function atomValue(name: string): string | boolean | null {
  if (name === 'true' || name === 'false') return name === 'true';
  return name === 'nil' || name === 'undefined' ? null : name;
}

function mismatch(type: string): FormatError {
  return new FormatError('metadata', `expected type ${type}`);
}
