import { FormatError } from './format-error.js';
import { compareVersions, isStable, tryParsePartialVersion, type PartialVersion, type Version } from './version.js';

export type Operator = '==' | '!=' | '>' | '>=' | '<' | '<=' | '~>';

export interface Comparison {
  readonly operator: Operator;
  /** The patch is null only under `~>`. */
  readonly operand: PartialVersion;
}

/** A parsed requirement: any of the alternatives, each of which is all of its comparisons (`and` binds before `or`). */
export interface Requirement {
  readonly source: string;
  readonly alternatives: readonly (readonly Comparison[])[];
}

// Elixir's lexer looks for these in this order at every character; what lies between them are versions. `and` and `or`
// need a space on both sides, no other white space counts, and nothing else needs any (`>=1.0.0` is fine).
const TOKEN = /(>=|<=|~>|>|<|==| or | and |!=|!| )/;
const OPERATORS: Readonly<Record<string, Operator>> = {
  '>=': '>=',
  '<=': '<=',
  '~>': '~>',
  '>': '>',
  '<': '<',
  '==': '==',
  '!=': '!=',
  '!': '!=',
};
const MAX_PUBLISHABLE_LENGTH = 1024;

/** Reads a requirement exactly as Elixir's `Version.parse_requirement` does; null where that answers `:error`. */
export function tryParseRequirement(text: string): Requirement | null {
  const tokens = lex(text);
  const alternatives: Comparison[][] = [[]];
  for (let at = 0; ; at += 3) {
    const comparison = toComparison(tokens[at], tokens[at + 1]);
    if (!comparison) return null;
    alternatives.at(-1)?.push(comparison);
    const joint = tokens[at + 2];
    if (joint === undefined) return { source: text, alternatives };
    if (joint !== ' or ' && joint !== ' and ') return null;
    if (joint === ' or ') alternatives.push([]);
  }
}

export function parseRequirement(text: string): Requirement {
  const requirement = tryParseRequirement(text);
  if (!requirement) throw new FormatError('requirement', `invalid requirement: ${quote(text)}`);
  return requirement;
}

/**
 * Whether `version` satisfies `requirement`, as `Version.match?` has it. Without `allowPre` (the way Hex resolves) a
 * pre-release satisfies `>`, `>=` and `~>` only if their operand is one too; the other operators do not care.
 */
export function matches(
  requirement: Requirement,
  version: Version,
  { allowPre = true }: { allowPre?: boolean } = {},
): boolean {
  return requirement.alternatives.some((all) => all.every((comparison) => holds(comparison, version, allowPre)));
}

/** Refuses a requirement that may not be published; null stands for Elixir's nil. The messages are hexpm's. */
export function checkPublishableRequirement(text: string | null): void {
  if (text === null) throw new FormatError('requirement_nil', 'invalid requirement: nil, use ">= 0.0.0" instead');
  if (text.length > MAX_PUBLISHABLE_LENGTH) {
    throw new FormatError('requirement_length', `requirement must be at most ${MAX_PUBLISHABLE_LENGTH} characters`);
  }
  const { alternatives } = parseRequirement(text);
  if (alternatives.flat().some(({ operator }) => operator === '!=')) {
    const sign = text.includes('!=') ? '!=' : '!';
    throw new FormatError(
      'requirement_not_equal',
      `invalid requirement: ${quote(text)}, ${sign} is not allowed in requirements`,
    );
  }
}

/** Operator, version, joint, operator, version …: a version without an operator gets `==`. */
function lex(text: string): string[] {
  const tokens: string[] = [];
  for (const piece of text.split(TOKEN)) {
    if (piece === '' || piece === ' ') continue;
    const isVersion = !TOKEN.test(piece);
    if (isVersion && !isOperator(tokens.at(-1))) tokens.push('==');
    tokens.push(piece);
  }
  return tokens;
}

function isOperator(token: string | undefined): boolean {
  return token !== undefined && Object.hasOwn(OPERATORS, token);
}

function toComparison(sign: string | undefined, text: string | undefined): Comparison | null {
  if (sign === undefined || text === undefined || !isOperator(sign)) return null;
  const operator = OPERATORS[sign];
  const operand = tryParsePartialVersion(text);
  if (!operator || !operand) return null;
  return operand.patch === null && operator !== '~>' ? null : { operator, operand };
}

function holds({ operator, operand }: Comparison, version: Version, allowPre: boolean): boolean {
  const order = compareVersions(version, { ...operand, patch: operand.patch ?? 0 });
  const welcome = allowPre || isStable(version) || !isStable(operand);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0 && welcome;
    case '>=':
      return order >= 0 && welcome;
    case '~>':
      return order >= 0 && welcome && isBelowNextUp(operand, version);
  }
}

/** `~> 1.2` ends before 2.0.0-0, `~> 1.2.3` before 1.3.0-0: no pre-release of the bound gets in. */
function isBelowNextUp(operand: PartialVersion, version: Version): boolean {
  if (version.major !== operand.major) return false;
  return operand.patch === null || version.minor === operand.minor;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
