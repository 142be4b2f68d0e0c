import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.js';
import {
  checkPublishable,
  compareVersions,
  formatVersion,
  isStable,
  parseVersion,
  tryParseVersion,
  type Version,
} from './version.js';

interface VersionRow {
  version: string;
  ok: boolean;
  major: string;
  minor: string;
  patch: string;
  pre: (string | ['n', string])[];
  build: string | null;
  text: string;
}

// What Elixir 1.14 answers (test/golden/hex/make/versions.exs).
const rows = readFileSync(new URL('../../test/golden/hex/versions.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const versions = rows.filter((row) => 'version' in row) as unknown as VersionRow[];
const orders = rows.filter((row) => 'order' in row) as unknown as { order: string; signs: string }[];
const { pool } = rows.find((row) => 'pool' in row) as unknown as { pool: string[] };

function fieldsOf(version: Version): Omit<VersionRow, 'version' | 'ok' | 'text'> {
  return {
    major: String(version.major),
    minor: String(version.minor),
    patch: String(version.patch),
    pre: version.pre.map((part) => (typeof part === 'string' ? part : ['n', String(part)])),
    build: version.build,
  };
}

describe('versions, against Elixir', () => {
  it(`parses as Elixir does, ${versions.length} texts`, () => {
    expect(versions.length).toBeGreaterThan(1500);
    for (const { version: text, ok, text: formatted, ...fields } of versions) {
      const version = tryParseVersion(text);
      expect(version !== null, JSON.stringify(text)).toBe(ok);
      if (!version) continue;
      expect(fieldsOf(version), text).toEqual(fields);
      expect(formatVersion(version)).toBe(formatted);
    }
  });

  it(`compares as Elixir does, ${pool.length ** 2} pairs`, () => {
    for (const { order, signs } of orders) {
      const left = parseVersion(order);
      const ours = pool.map((text) => '<=>'[Math.sign(compareVersions(left, parseVersion(text))) + 1]);
      expect(ours.join(''), order).toBe(signs);
    }
    expect(orders).toHaveLength(pool.length);
  });
});

describe('versions', () => {
  it('names the text it could not read, cut short', () => {
    expect(() => parseVersion('1.0')).toThrow(new FormatError('version', 'invalid version: "1.0"'));
    expect(() => parseVersion('9'.repeat(1_000_000))).toThrow(FormatError);
  });

  it('gives up on endless texts at once', () => {
    for (const text of [
      '9'.repeat(1e6) + '.0.0',
      '1.0.0-' + 'a.'.repeat(1e6) + 'a',
      '.'.repeat(1e6),
      '+'.repeat(1e6),
    ]) {
      expect(tryParseVersion(text)).toBeNull();
    }
  });

  it('tells stable from pre-release', () => {
    expect(isStable(parseVersion('1.0.0'))).toBe(true);
    expect(isStable(parseVersion('1.0.0+b-1'))).toBe(true);
    expect(isStable(parseVersion('1.0.0-0'))).toBe(false);
  });

  it('sorts with Array.sort', () => {
    const sorted = ['2.0.0', '1.0.0', '1.0.0-rc.10', '1.0.0-rc.9'].map(parseVersion).sort(compareVersions);
    expect(sorted.map(formatVersion)).toEqual(['1.0.0-rc.9', '1.0.0-rc.10', '1.0.0', '2.0.0']);
  });
});

describe('what may be published', () => {
  it.each([
    '1.0.0',
    '0.0.0-0',
    '99999999999999.99999999999999.99999999999999-99999999999999',
    `1.0.0-${'a'.repeat(64)}`,
    `1.0.0-${'a.'.repeat(31)}ab`,
  ])('takes %s', (text) => {
    expect(() => checkPublishable(parseVersion(text))).not.toThrow();
  });

  it.each([
    ['1.0.0+build', 'build number not allowed'],
    ['100000000000000.0.0', 'numeric components must be at most 99999999999999'],
    ['1.100000000000000.0', 'numeric components must be at most 99999999999999'],
    ['1.0.123456789012345678901234567890', 'numeric components must be at most 99999999999999'],
    ['1.0.0-rc.100000000000000', 'numeric components must be at most 99999999999999'],
    [`1.0.0-${'a'.repeat(65)}`, 'prerelease must be at most 64 characters'],
    [`1.0.0-${'a.'.repeat(32)}a`, 'prerelease must be at most 64 characters'],
  ])('refuses %s: %s', (text, message) => {
    expect(() => checkPublishable(parseVersion(text))).toThrow(message);
  });
});
