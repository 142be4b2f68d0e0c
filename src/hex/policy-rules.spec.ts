import { describe, expect, test } from 'vitest';
import { isPolicyName, type PolicyRules, problemsOf } from './policy-rules.js';
import { type Override } from './registry/policy.js';

const deny: Override = {
  ...{ action: 'deny', package: 'plug', requirement: null, advisoryId: null, retirementReason: null, comment: null },
};
const open = { advisoryMinSeverity: null, retirementReasons: [], cooldown: null };

const policy = (overrides: readonly Override[], repository = 'hexpm'): PolicyRules => ({
  ...{ description: null, visibility: 'private', repositories: [{ repository, restriction: open, overrides }] },
});
const ofOverrides = (...overrides: Partial<Override>[]) =>
  problemsOf(policy(overrides.map((one) => ({ ...deny, ...one }))), 'acme').map(({ at }) => at.slice(3).join('.'));

test.each(['strict-prod', 'abc', 'a.b', '0_0', 'a'.repeat(64)])('%s is a name', (name) => {
  expect(isPolicyName(name)).toBe(true);
});
test.each(['', 'ab', 'a'.repeat(65), '-abc', 'abc.', 'Strict', 'a/b', 'ab\n', 'äbc'])('%j is none', (name) => {
  expect(isPolicyName(name)).toBe(false);
});

describe('overrides', () => {
  test.each<[Partial<Override>, string[]]>([
    [{}, []],
    [{ requirement: '~> 1.2 or == 2.0.0-rc.1', comment: 'Reviewed by „uns“ 🐝' }, []],
    [{ package: '' }, ['0.package']],
    [{ package: 'Plug' }, ['0.package']],
    [{ package: 'plug\u200b' }, ['0.package']],
    [{ requirement: '' }, ['0.requirement']],
    [{ requirement: '1.x' }, ['0.requirement']],
    [{ requirement: '>= 1.0' }, ['0.requirement']],
    [{ comment: 'x'.repeat(500) }, []],
    [{ comment: '🐝'.repeat(500) }, []],
    [{ comment: 'x'.repeat(501) }, ['0.comment']],
    [{ comment: 'two\nlines' }, ['0.comment']],
    [{ comment: 'hidden \u202e text' }, ['0.comment']],
    [{ comment: 'half \ud800 of it' }, ['0.comment']],
    [{ advisoryId: 'CVE-2026-1' }, ['0.advisory_id']],
    [{ retirementReason: 'other' }, ['0.retirement_reason']],
    [{ action: 'advisory' }, ['0.advisory_id']],
    [{ action: 'advisory', advisoryId: ' ' }, ['0.advisory_id']],
    [{ action: 'advisory', advisoryId: 'CVE-2026-1' }, []],
    [{ action: 'advisory', advisoryId: 'CVE-2026-1', retirementReason: 'other' }, ['0.retirement_reason']],
    [{ action: 'retirement' }, ['0.retirement_reason']],
    [{ action: 'retirement', retirementReason: 'security' }, []],
    [{ action: 'retirement', retirementReason: 'security', advisoryId: 'X' }, ['0.advisory_id']],
    [{ action: 'cooldown' }, []],
  ])('%j', (override, problems) => {
    expect(ofOverrides(override)).toEqual(problems);
  });

  test('that settle the same twice, or both ways', () => {
    expect(ofOverrides({}, {})).toEqual(['1.package']);
    expect(ofOverrides({}, { action: 'allow' })).toEqual(['1.package']);
    expect(ofOverrides({}, { action: 'allow', requirement: '~> 1.0' }, { action: 'cooldown' })).toEqual([]);
    const accepted = { action: 'advisory', advisoryId: 'CVE-2026-1' } as const;
    expect(ofOverrides(accepted, { ...accepted, advisoryId: 'CVE-2026-2' })).toEqual([]);
  });
});

describe('the rest', () => {
  const at = (rules: Partial<PolicyRules>) =>
    problemsOf({ ...policy([]), ...rules }, 'acme').map((one) => one.at.join('.'));
  const tab = (repository: string, cooldown: string | null = null) => ({
    ...{ repository, restriction: { ...open, cooldown }, overrides: [] },
  });

  test.each(['0', '0d', '7d', '2w', '1mo', '9999d'])('%s is a cooldown', (cooldown) => {
    expect(at({ repositories: [tab('hexpm', cooldown)] })).toEqual([]);
  });
  test.each(['', '7', '-1d', '+1d', '7 d', '1y', '1.5d', '99999d', '7d\n'])('%j is none', (cooldown) => {
    expect(at({ repositories: [tab('hexpm', cooldown)] })).toEqual(['repositories.0.cooldown']);
  });

  test('repositories are named as clients know them, each once', () => {
    expect(at({ repositories: [tab('hexpm'), tab('acme'), tab('other')] })).toEqual([]);
    for (const name of ['', 'hexpm:acme', 'Acme', 'a b', '..'])
      expect([name, at({ repositories: [tab(name)] })]).toEqual([name, ['repositories.0.repository']]);
    expect(at({ repositories: [tab('acme'), tab('acme')] })).toEqual(['repositories.1.repository']);
  });

  test('what everybody can read does not speak of private packages', () => {
    const rules = { visibility: 'public', repositories: [tab('hexpm'), tab('acme'), tab('other')] } as const;
    expect(at(rules)).toEqual(['repositories.1.repository', 'repositories.2.repository']);
  });

  test('descriptions are one line', () => {
    expect(at({ description: 'x'.repeat(500) })).toEqual([]);
    for (const description of ['x'.repeat(501), 'a\nb', '\u2028']) expect(at({ description })).toEqual(['description']);
  });
});
