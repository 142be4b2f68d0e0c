import { expect, test } from 'vitest';
import { rate, scoreOf } from './severity.js';

// The scores are those of FIRST's own calculators.
test.each([
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  ['CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:L', 2.5],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N', 6.9],
])('%s comes to %d', (vector, score) => {
  expect(scoreOf(vector)).toBe(score);
});

test.each(['', 'nonsense', 'CVSS:3.1/AV:N', 'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'CVSS:9.9/AV:N'])(
  '%j is no vector, rather than harmless',
  (vector) => {
    expect(scoreOf(vector)).toBeNull();
  },
);

const V3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const V4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N';
test('the database’s word goes before the score, the newest vector before the older', () => {
  expect(rate('MODERATE', [V3])).toEqual({ severity: 'medium', vector: V3, score: 9.8 });
  expect(rate(undefined, [V3, V4])).toEqual({ severity: 'medium', vector: V4, score: 6.9 });
  expect(rate('WHATEVER', [V3, 'CVSS:4.0/AV:N'])).toEqual({ severity: 'critical', vector: V3, score: 9.8 });
  expect(rate(undefined, [])).toEqual({ severity: null, vector: null, score: null });
});
