import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.js';
import { checkPublishableRequirement, matches, parseRequirement, tryParseRequirement } from './requirement.js';
import { parseVersion } from './version.js';

interface RequirementRow {
  requirement: string;
  ok: boolean;
  pre: string;
  stable: string;
}

// What Elixir 1.14 answers (test/golden/hex/make/versions.exs).
const rows = readFileSync(new URL('../../test/golden/hex/versions.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const requirements = rows.filter((row) => 'requirement' in row) as unknown as RequirementRow[];
const { pool } = rows.find((row) => 'pool' in row) as unknown as { pool: string[] };
const versions = pool.map(parseVersion);

describe('requirements, against Elixir', () => {
  it(`parses as Elixir does, ${requirements.length} texts`, () => {
    for (const { requirement, ok } of requirements) {
      expect(tryParseRequirement(requirement) !== null, JSON.stringify(requirement)).toBe(ok);
    }
  });

  it.each([true, false])('matches as Elixir does with allow_pre %s', (allowPre) => {
    const parsed = requirements.filter(({ ok }) => ok);
    expect(parsed.length).toBeGreaterThan(900);
    for (const { requirement: text, pre, stable } of parsed) {
      const requirement = parseRequirement(text);
      const bits = versions.map((version) => (matches(requirement, version, { allowPre }) ? '1' : '0')).join('');
      expect(bits, text).toBe(allowPre ? pre : stable);
    }
  });
});

describe('requirements', () => {
  it('lets pre-releases in unless told otherwise', () => {
    expect(matches(parseRequirement('~> 1.0'), parseVersion('1.1.0-rc'))).toBe(true);
    expect(matches(parseRequirement('~> 1.0'), parseVersion('1.1.0-rc'), { allowPre: false })).toBe(false);
  });

  it('binds and before or', () => {
    const requirement = parseRequirement('== 3.0.0 or > 1.0.0 and < 2.0.0 or == 5.0.0');
    expect(requirement.alternatives.map((all) => all.length)).toEqual([1, 2, 1]);
  });

  it('quotes what it could not read', () => {
    expect(() => parseRequirement('~> "x"')).toThrow(
      new FormatError('requirement', 'invalid requirement: "~> \\"x\\""'),
    );
    expect(() => parseRequirement('x'.repeat(1e6))).toThrow(`"${'x'.repeat(100)}…"`);
  });

  it('survives long ones', () => {
    const long = Array.from({ length: 10_000 }, () => '1.0.0').join(' or ');
    expect(matches(parseRequirement(long), parseVersion('2.0.0'))).toBe(false);
    for (const text of ['>'.repeat(1e5), ' '.repeat(1e5), ' or '.repeat(3e4), '!='.repeat(1e5)]) {
      expect(tryParseRequirement(text)).toBeNull();
    }
  });
});

describe('requirements that may be published', () => {
  it.each(['>= 0.0.0', '~> 1.0', '1.0.0', '~> 1.0-rc', '>= 1.0.0 and < 2.0.0-0 or == 3.0.0'])('takes %s', (text) => {
    expect(() => checkPublishableRequirement(text)).not.toThrow();
  });

  it.each([
    [null, 'invalid requirement: nil, use ">= 0.0.0" instead'],
    ['', 'invalid requirement: ""'],
    ['~> 1', 'invalid requirement: "~> 1"'],
    ['!= 1.0.0', 'invalid requirement: "!= 1.0.0", != is not allowed in requirements'],
    ['~> 1.0 and !1.0.3', 'invalid requirement: "~> 1.0 and !1.0.3", ! is not allowed in requirements'],
    ['1.0.0 or '.repeat(200) + '1.0.0', 'requirement must be at most 1024 characters'],
  ])('refuses %j', (text, message) => {
    expect(() => checkPublishableRequirement(text)).toThrow(
      expect.objectContaining({ message, name: 'FormatError' }) as Error,
    );
  });
});
