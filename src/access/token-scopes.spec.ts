import { describe, expect, test } from 'vitest';
import { fromScope, narrowed, type Permission, toScope } from '../accounts/permissions.js';
import { type Role } from '../organizations/member.entity.js';
import { type Action, decide, table } from './table.js';

// A token is made of what was asked and what its parent carries, written down as a scope, read again and held against the
// parent once more. All pairs of both, for all that can be done: a token does what both sides do, not a thing more or less.
// Over HTTP, for each kind of parent: test/api/token-scopes.spec.ts.

const words = [
  ...['api', 'api:read', 'api:write', 'repositories', 'repository:acme', 'repository:other'],
  ...['package:acme/wax', 'package:acme/comb', 'package:other/wax', 'docs:acme', 'docs:other'],
];
/** Nothing, each word, every two and every three of them. */
const scopes = [
  ...['', ...words],
  ...words.flatMap((a, i) => words.slice(i + 1).map((b) => `${a} ${b}`)),
  ...words.flatMap((a, i) => words.slice(i + 1).flatMap((b, j) => words.slice(i + j + 2).map((c) => `${a} ${b} ${c}`))),
];

const roles: readonly (Role | null)[] = ['read', 'write', 'admin', 'billing'];
const targets = ['acme', 'other', 'acme/wax', 'acme/comb', 'other/wax'].map((text) => {
  const [name = '', pkg] = text.split('/');
  return { name, package: pkg };
});
const deeds = (Object.keys(table) as Action[]).flatMap((action) =>
  targets.flatMap((target) => roles.map((role) => ({ action, target, role }))),
);

/** What is open, a bit a deed; the standing is asked of nobody here, so that nothing hides behind it. */
function open(permissions: readonly Permission[]): bigint {
  let bits = 0n;
  for (const { action, target, role } of deeds) {
    const answer = decide(action, target, { authenticated: true, permissions, role, standing: null });
    bits = (bits << 1n) | (answer === 'yes' ? 1n : 0n);
  }
  return bits;
}

const sides = scopes.map((scope) => ({ scope, permissions: fromScope(scope), open: open(fromScope(scope)) }));
const known = new Map<string, bigint>();
function openTo(permissions: readonly Permission[]): bigint {
  const scope = permissions.map(toScope).toSorted().join(' ');
  const found = known.get(scope) ?? open(permissions);
  known.set(scope, found);
  return found;
}

/** Reading and beginning an upload is what two packages' permissions have in common, and no word says so: a token may lack it. */
const between = open(fromScope('package:acme/wax')) & open(fromScope('package:acme/comb'));

function mustBe(opened: bigint, allowed: bigint, what: string): void {
  if ((opened & ~allowed) !== 0n) expect.fail(`more than both sides open: ${what}`);
  if ((allowed & ~opened & ~between) !== 0n) expect.fail(`less than both sides open: ${what}`);
}

describe(`${scopes.length} parents, each asked for ${scopes.length} scopes`, () => {
  test('a token opens what was asked and its parent opens: never more, and nothing less', () => {
    expect(new Set(sides.map((side) => side.open)).size).toBeGreaterThan(50);
    for (const parent of sides)
      for (const asked of sides) {
        const scope = narrowed(asked.permissions, parent.permissions).map(toScope).join(' ');
        const token = narrowed(fromScope(scope), parent.permissions);
        mustBe(openTo(token), asked.open & parent.open, `"${asked.scope}" asked of "${parent.scope}": "${scope}"`);
      }
  });

  test('a token of a token, which a refresh with less and then with more comes to, is no way around', () => {
    const some = sides.filter(({ permissions }) => permissions.length < 2);
    for (const parent of sides)
      for (const less of some)
        for (const more of some) {
          const token = narrowed(more.permissions, narrowed(less.permissions, parent.permissions));
          const allowed = more.open & less.open & parent.open;
          mustBe(openTo(token), allowed, `"${more.scope}" asked of "${less.scope}" of "${parent.scope}"`);
        }
  });
});
