import { expect, test } from 'vitest';
import { passwordProblem } from './passwords.js';

const ada = { name: 'ada', addresses: ['lovelace@example.org'] };
const COMMON = 'is one of those that attackers try first, please choose another one';
const OWN = 'must not contain the user name or e-mail address';

test.each([
  ['short', 'must be at least 8 characters'],
  ['x'.repeat(513), 'must be at most 512 characters'],
  ['password', COMMON],
  ['PassWord', COMMON],
  ['iloveyou12!', COMMON],
  ['aaaaaaaaaaaa', COMMON],
  ['lovelace-and-so-on', OWN],
  ['Lovelace@Example.org!', OWN],
  ['ada+1234', OWN],
  ['canada maple trees', null],
  ['correct horse battery', null],
  ['ünïcödé ist auch gut', null],
])('%s: %s', async (password, problem) => {
  expect(await passwordProblem(password, ada)).toBe(problem);
});
