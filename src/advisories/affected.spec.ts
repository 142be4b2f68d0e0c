import { describe, expect, test } from 'vitest';
import { affects, type RangeEvent, requirementsOf } from './affected.js';

const range = (...events: RangeEvent[]) => ({ versions: [], ranges: [events] });
const from = (introduced: string) => ({ introduced });

describe('which versions are affected', () => {
  test.each<[string, RangeEvent[], string[], string[]]>([
    ['all', [from('0')], ['0.0.1', '0.0.1-rc.1', '99.0.0'], []],
    ['before the fix', [from('0'), { fixed: '1.2.3' }], ['0.1.0', '1.2.2', '1.2.3-rc.1'], ['1.2.3', '2.0.0']],
    [
      'up to the last',
      [from('1.0.0'), { last_affected: '1.5.0' }],
      ['1.0.0', '1.5.0'],
      ['0.9.0', '1.0.0-rc.1', '1.5.1'],
    ],
    [
      'in two branches, in any order',
      [{ fixed: '2.1.0' }, from('2.0.0'), from('0'), { fixed: '1.4.0' }],
      ['1.3.9', '2.0.5'],
      ['1.4.0', '1.9.0', '2.1.0'],
    ],
    [
      'broken again where it was fixed',
      [from('0'), { fixed: '1.0.0' }, from('1.0.0')],
      ['0.9.0', '1.0.0', '1.1.0'],
      [],
    ],
    ['one version', [from('1.1.0'), { last_affected: '1.1.0' }], ['1.1.0'], ['1.0.9', '1.1.1']],
    ['below a limit', [from('0'), { limit: '2.0.0' }], ['1.9.9'], ['2.0.0', '3.0.0']],
    ['numerically, not by letters', [from('1.9.0'), { fixed: '1.10.0' }], ['1.9.5'], ['1.10.0', '1.2.0']],
    ['with short bounds', [from('1.2'), { fixed: '2' }], ['1.2.0', '1.9.0'], ['1.1.9', '2.0.0']],
    ['none without a beginning', [{ fixed: '1.0.0' }], [], ['0.9.0', '1.0.0']],
  ])('%s', (_what, events, inside, outside) => {
    for (const version of inside) expect([version, affects(range(...events), version)]).toEqual([version, true]);
    for (const version of outside) expect([version, affects(range(...events), version)]).toEqual([version, false]);
  });

  test('those that are listed, besides the ranges', () => {
    const both = { versions: ['3.0.0-rc.1'], ranges: [[from('0'), { fixed: '1.0.0' }]] };
    expect(['0.5.0', '1.0.0', '3.0.0-rc.1', '3.0.0'].map((version) => affects(both, version))).toEqual([
      ...[true, false, true, false],
    ]);
  });
});

test.each<[RangeEvent[], string[]]>([
  [[from('0')], ['>= 0.0.0']],
  [[from('0'), { fixed: '1.2.3' }], ['< 1.2.3']],
  [[from('1.0.0'), { last_affected: '1.5.0' }], ['>= 1.0.0 and <= 1.5.0']],
  [
    [from('0'), { fixed: '1.4' }, from('2.0.0-rc.1')],
    ['< 1.4.0', '>= 2.0.0-rc.1'],
  ],
])('%j in words of requirements', (events, words) => {
  expect(requirementsOf(range(...events))).toEqual(words);
});

test('versions that a range covers are not told twice', () => {
  const both = { versions: ['0.5.0', '3.0.0-rc.1'], ranges: [[from('0'), { fixed: '1.0.0' }]] };
  expect(requirementsOf(both)).toEqual(['< 1.0.0', '== 3.0.0-rc.1']);
});
