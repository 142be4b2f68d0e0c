import { describe, expect, test } from 'vitest';
import {
  covers,
  type Domain,
  fromScope,
  narrowed,
  type Permission,
  permissionProblem,
  toScope,
} from './permissions.js';

const p = (text: string): Permission => {
  const [domain, resource] = text.split(/:(.*)/s) as [Domain, string | undefined];
  return { domain, resource: resource ?? null };
};

/** One of each kind, and its neighbours. */
const all = [
  ...['api', 'api:read', 'api:write', 'repositories', 'repository:acme', 'repository:other'],
  ...['package:acme/wax', 'package:acme/comb', 'package:other/wax', 'docs:acme', 'docs:other'],
].map(p);
const sets = [[], ...all.map((one) => [one]), ...all.flatMap((one, at) => all.slice(at + 1).map((two) => [one, two]))];
/** What doors ask for; `package:acme/*` is any package of acme. */
const needs = [...all, p('package:acme/*')];
const opened = (held: readonly Permission[]) => needs.filter((need) => covers(held, need)).map(toScope);

describe('covers', () => {
  test.each([
    [
      'api',
      ['api', 'api:read', 'api:write', 'package:acme/wax', 'package:acme/comb', 'package:other/wax', 'package:acme/*'],
    ],
    ['api:read', ['api:read']],
    [
      'api:write',
      ['api:read', 'api:write', 'package:acme/wax', 'package:acme/comb', 'package:other/wax', 'package:acme/*'],
    ],
    ['repositories', ['repositories', 'repository:acme', 'repository:other']],
    ['repository:acme', ['repository:acme']],
    ['package:acme/wax', ['api:read', 'package:acme/wax']],
    ['docs:acme', ['docs:acme']],
  ])('%s', (held, opens) => {
    expect(opened([p(held)])).toEqual(opens);
  });

  test('several open what each of them opens, nothing opens nothing', () => {
    expect(opened([])).toEqual([]);
    for (const held of sets) expect(new Set(opened(held))).toEqual(new Set(held.flatMap((one) => opened([one]))));
  });
});

describe('narrowed', () => {
  test('opens nothing that one of the two sides does not open', () => {
    for (const asked of sets)
      for (const held of sets) {
        const left = opened(narrowed(asked, held));
        expect(opened(asked)).toEqual(expect.arrayContaining(left));
        expect(opened(held)).toEqual(expect.arrayContaining(left));
      }
  });

  test('keeps all that is on both sides, and nothing twice', () => {
    for (const asked of sets)
      for (const held of sets) {
        const left = narrowed(asked, held);
        expect(new Set(left.map(toScope)).size).toBe(left.length);
        expect(left.map(toScope)).toEqual(
          expect.arrayContaining(asked.filter((one) => covers(held, one)).map(toScope)),
        );
      }
    for (const held of sets) expect(opened(narrowed(held, held))).toEqual(opened(held));
  });

  test.each([
    ['repositories', 'repository:acme', 'repository:acme'],
    ['repository:acme', 'repositories', 'repository:acme'],
    ['api', 'api:read', 'api:read'],
    ['api:write', 'api:read', 'api:read'],
    ['api', 'package:acme/wax', 'package:acme/wax'],
    ['package:acme/wax', 'api', 'package:acme/wax'],
    ['package:acme/wax', 'api:read', 'api:read'],
    ['package:acme/wax', 'package:acme/comb', ''],
    ['repositories', 'api', ''],
    ['docs:acme', 'repositories', ''],
  ])('%s asked of %s: %s', (asked, held, left) => {
    expect(
      narrowed([p(asked)], [p(held)])
        .map(toScope)
        .join(' '),
    ).toBe(left);
  });
});

describe('permissionProblem', () => {
  test.each(['api', 'api:read', 'api:write', 'repositories', 'repository:acme', 'docs:a_1', 'package:acme/wax'])(
    'none: %s',
    (text) => {
      expect(permissionProblem(p(text))).toBeNull();
    },
  );

  test.each([
    ...[
      'api:',
      'api:delete',
      'api:Read',
      'repositories:acme',
      'repositories:',
      'repository',
      'repository:',
      'repository:*',
      'repository:a/b',
    ],
    ...[
      'repository:acme api',
      'repository:acme\tapi',
      'repository:acme\n',
      'repository:acme:x',
      'docs',
      'docs:a/b',
      'docs:a repositories',
    ],
    ...[
      'package',
      'package:',
      'package:wax',
      'package:acme/',
      'package:acme/*',
      'package:*/wax',
      'package:a/b/c',
      'package:a/b api',
      'package:a/b\n',
    ],
  ])('one: %j', (text) => {
    expect(permissionProblem(p(text))).toMatch(/./);
  });
});

describe('scopes', () => {
  test('come back as they went, each by itself and all together', () => {
    for (const one of all) expect(fromScope(toScope(one))).toEqual([one]);
    expect(fromScope(all.map(toScope).join(' '))).toEqual(all);
  });

  test('what is unknown or malformed is left out', () => {
    expect(
      fromScope('  api:read  everything repository: package:x api:admin constructor __proto__ api:read:x '),
    ).toEqual([p('api:read')]);
    expect(fromScope('')).toEqual([]);
  });
});
