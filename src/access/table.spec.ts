import { describe, expect, test } from 'vitest';
import { covers, narrowed, type Permission } from '../accounts/permissions.js';
import { type Role } from '../organizations/member.entity.js';
import { type Standing, standingOf } from '../organizations/standing.js';
import { type Action, type Answer, decide, type Facts, table } from './table.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const YESTERDAY = new Date('2025-12-31T00:00:00Z');
const [PAST, FUTURE] = [new Date('2025-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')];
const LADDER = { free: false, publishingStoppedDays: 30 };
const row = { accessUntil: null, payment: null, trialEndsAt: PAST, override: null, deletionAt: null };
const standing = (given: Partial<Parameters<typeof standingOf>[0]>) => standingOf({ ...row, ...given }, LADDER, NOW);

const standings: Record<string, Standing | null> = {
  trial: standing({ trialEndsAt: FUTURE }),
  active: standing({ accessUntil: FUTURE, payment: 'paid' }),
  canceling: standing({ accessUntil: FUTURE, payment: 'canceling' }),
  past_due: standing({ accessUntil: FUTURE, payment: 'past_due' }),
  comped: standing({ override: 'comped' }),
  publishing_stopped: standing({ trialEndsAt: YESTERDAY }),
  export_only: standing({}),
  blocked: standing({ accessUntil: FUTURE, trialEndsAt: FUTURE, override: 'blocked' }),
  closing: standing({ accessUntil: FUTURE, deletionAt: FUTURE }),
  public: null,
};

const one = (domain: Permission['domain'], resource: string | null = null): Permission[] => [{ domain, resource }];
const EVERYTHING: Permission[] = [...one('api'), ...one('repositories')];

/** Null: no credential at all. */
const credentials: Record<string, Permission[] | null> = {
  nobody: null,
  password: EVERYTHING,
  'no permission': [],
  api: one('api'),
  'api:read': one('api', 'read'),
  'api:write': one('api', 'write'),
  repositories: one('repositories'),
  'repository:acme': one('repository', 'acme'),
  'repository:other': one('repository', 'other'),
  'package:acme/wax': one('package', 'acme/wax'),
  'package:acme/comb': one('package', 'acme/comb'),
  'package:other/wax': one('package', 'other/wax'),
  'docs:acme': one('docs', 'acme'),
};

const roles: (Role | null)[] = [null, 'read', 'write', 'admin', 'billing'];
/** Each includes what the ones before it may; `admin` includes `billing` too. */
const ladder: (Role | null)[] = [null, 'read', 'write', 'admin'];
const actions = Object.keys(table) as Action[];
const targets = { acme: { name: 'acme' }, 'acme/wax': { name: 'acme', package: 'wax' } };
type TargetName = keyof typeof targets;

function answer(
  action: Action,
  target: TargetName,
  credential: Permission[] | null,
  role: Role | null,
  state: Standing | null,
): Answer {
  const facts: Facts = { authenticated: credential !== null, permissions: credential ?? [], role, standing: state };
  return decide(action, targets[target], facts);
}

/** Every cell there is. */
function* cells() {
  for (const action of actions)
    for (const target of Object.keys(targets) as TargetName[])
      for (const [who, credential] of Object.entries(credentials))
        for (const [state, found] of Object.entries(standings))
          for (const role of roles)
            yield {
              action,
              target,
              who,
              credential,
              state,
              standing: found,
              role,
              answer: answer(action, target, credential, role, found),
            };
}

/** Wide enough for the longest cell. */
const CELL = 68;

/** One block an action: a line a credential, a column a role; cells by standing where that makes a difference. */
function matrix(): string {
  const blocks = actions.flatMap((action) => {
    const lines = (target: TargetName) =>
      Object.entries(credentials).map(([who, credential]) => {
        const columns = roles.map((role) => cell(action, target, credential, role).padEnd(CELL));
        return `  ${who.padEnd(18)}${columns.join('')}`.trimEnd();
      });
    const [whole, single] = [lines('acme'), lines('acme/wax')];
    const same = whole.join('\n') === single.join('\n');
    const head =
      `  ${''.padEnd(18)}${['outsider', 'read', 'write', 'admin', 'billing'].map((role) => role.padEnd(CELL)).join('')}`.trimEnd();
    return same
      ? [`${action}\n${head}\n${whole.join('\n')}`]
      : [`${action}, in acme\n${head}\n${whole.join('\n')}`, `${action}, of acme/wax\n${head}\n${single.join('\n')}`];
  });
  return `${blocks.join('\n\n')}\n`;
}

function cell(action: Action, target: TargetName, credential: Permission[] | null, role: Role | null): string {
  const byAnswer = new Map<Answer, string[]>();
  for (const [state, found] of Object.entries(standings)) {
    const given = answer(action, target, credential, role, found);
    byAnswer.set(given, [...(byAnswer.get(given) ?? []), state]);
  }
  if (byAnswer.size === 1) return [...byAnswer.keys()][0]!;
  const most = [...byAnswer].sort(([, a], [, b]) => b.length - a.length)[0]![0];
  const rest = [...byAnswer]
    .filter(([given]) => given !== most)
    .map(([given, states]) => `${given} if ${states.join(', ')}`);
  return `${most}; ${rest.join('; ')}`;
}

test('the whole table', async () => {
  await expect(matrix()).toMatchFileSnapshot('../../test/golden/access/table.txt');
});

describe('in every cell', () => {
  test('an outsider learns nothing: never that there is a role, a standing, or anything', () => {
    const outsiders = [...cells()].filter(({ role }) => role === null);
    expect([...new Set(outsiders.map((cell) => cell.answer))].sort()).toEqual(['absent', 'key', 'login']);
    // `key` speaks of the credential alone; with one that would do it is always `absent`.
    const able = outsiders.filter(({ who, action }) => who === 'password' && action !== 'docs.fetch');
    expect(new Set(able.map((cell) => cell.answer))).toEqual(new Set(['absent']));
  });

  test('what an outsider hears does not hang on the standing', () => {
    for (const action of actions)
      for (const target of Object.keys(targets) as TargetName[])
        for (const credential of Object.values(credentials))
          expect(
            new Set(Object.values(standings).map((state) => answer(action, target, credential, null, state))).size,
          ).toBe(1);
  });

  test('without a credential only what is open to all is given', () => {
    for (const { who, role, answer: given, action } of cells())
      if (who === 'nobody' && given === 'yes')
        expect([action, role === null, [...table[action].roles].includes('read')]).toEqual([action, false, true]);
  });

  test('a yes needs the role, the permission and the standing', () => {
    for (const { action, target, credential, role, standing: state, answer: given } of cells()) {
      if (given !== 'yes') continue;
      const rule = table[action];
      expect(rule.roles).toContain(role);
      if ('standing' in rule && state !== null) expect(state[rule.standing]).toBe(true);
      const aPackage = credential?.some(
        ({ domain, resource }) => domain === 'package' && resource?.startsWith('acme/'),
      );
      if (credential !== null && !covers(credential, rule.permission(targets[target])))
        expect([target, aPackage]).toEqual(['acme', true]);
    }
  });

  test('more role up the ladder, more permission, never less right', () => {
    for (const { action, target, credential, role, standing: state, answer: given } of cells()) {
      if (given !== 'yes' || credential === null) continue;
      for (const more of ladder.slice(ladder.indexOf(role)).filter((one) => role !== 'billing' || one === 'admin'))
        expect(answer(action, target, credential, more, state)).toBe('yes');
      for (const extra of Object.values(credentials))
        expect(answer(action, target, [...credential, ...(extra ?? [])], role, state)).toBe('yes');
    }
  });

  test('a permission never widens: what a narrowed one opens, both it was made of open', () => {
    const sets = Object.values(credentials).filter((credential) => credential !== null);
    for (const held of sets)
      for (const asked of sets) {
        const both = narrowed(asked, held);
        for (const action of actions)
          for (const target of Object.keys(targets) as TargetName[])
            for (const role of roles) {
              if (answer(action, target, both, role, null) !== 'yes') continue;
              expect(answer(action, target, held, role, null)).toBe('yes');
              expect(answer(action, target, asked, role, null)).toBe('yes');
            }
      }
  });
});

describe('the cells that matter most', () => {
  const { trial, publishing_stopped: stopped, export_only: shut, blocked } = standings;

  test.each<[Action, string, Role | null, Answer]>([
    ['package.publish', 'api', 'write', 'yes'],
    ['package.publish', 'api', 'read', 'role'],
    ['package.publish', 'api', null, 'absent'],
    ['package.publish', 'api:read', 'admin', 'key'],
    ['package.publish', 'repositories', 'admin', 'key'],
    ['package.publish', 'package:acme/wax', 'write', 'yes'],
    ['package.publish', 'package:acme/comb', 'admin', 'key'],
    ['package.publish', 'package:other/wax', 'admin', 'key'],
    ['package.publish', 'nobody', null, 'login'],
    ['release.revert', 'package:acme/comb', 'admin', 'key'],
    ['repository.fetch', 'repository:acme', 'read', 'yes'],
    ['repository.fetch', 'repository:other', 'admin', 'key'],
    ['repository.fetch', 'api', 'admin', 'key'],
    ['repository.fetch', 'password', null, 'absent'],
    ['repository.fetch', 'nobody', null, 'login'],
    ['docs.fetch', 'repositories', 'admin', 'key'],
    ['members.manage', 'api', 'write', 'role'],
    ['members.manage', 'api:read', 'admin', 'key'],
    ['members.manage', 'package:acme/wax', 'admin', 'key'],
    ['keys.manage', 'api', 'read', 'role'],
    ['keys.manage', 'api:read', 'admin', 'key'],
    ['keys.manage', 'package:acme/wax', 'admin', 'key'],
    ['organization.see', 'nobody', null, 'absent'],
    ['organization.see', 'api', 'billing', 'yes'],
    ['members.read', 'api', 'billing', 'yes'],
    ['billing.manage', 'api', 'billing', 'yes'],
    ['billing.manage', 'api', 'write', 'role'],
    ['repository.fetch', 'password', 'billing', 'role'],
    ['repository.fetch', 'repositories', 'billing', 'role'],
    ['package.read', 'password', 'billing', 'role'],
    ['keys.read', 'password', 'billing', 'role'],
    ['audit.read', 'password', 'billing', 'role'],
    ['members.manage', 'password', 'billing', 'role'],
    ['package.read', 'repositories', 'admin', 'key'],
  ])('%s with %s as %s: %s', (action, who, role, expected) => {
    expect(answer(action, 'acme/wax', credentials[who]!, role, trial!)).toBe(expected);
  });

  test('while publishing has stopped, all the rest goes on', () => {
    for (const action of actions)
      expect([action, answer(action, 'acme/wax', [...EVERYTHING, ...one('docs', 'acme')], 'admin', stopped!)]).toEqual([
        action,
        ['package.publish', 'release.revert'].includes(action) ? 'standing' : 'yes',
      ]);
  });

  test('one who does not pay still reads, warns and manages; fetching and publishing stand still', () => {
    for (const state of [shut!, blocked!])
      for (const action of actions) {
        const stands = ['repository.fetch', 'docs.fetch', 'package.publish', 'release.revert'].includes(action);
        const all = [...EVERYTHING, ...one('docs', 'acme')];
        expect([action, answer(action, 'acme/wax', all, 'admin', state)]).toEqual([
          action,
          stands ? 'standing' : 'yes',
        ]);
      }
  });

  test('billing pays and looks on; nothing of the repository is open to it', () => {
    const may = actions.filter((action) => answer(action, 'acme/wax', EVERYTHING, 'billing', trial!) === 'yes');
    expect(may).toEqual(['organization.see', 'members.read', 'billing.manage']);
  });

  test('what waits for its deletion is still read, and takes nothing new', () => {
    const { closing } = standings;
    expect(answer('repository.fetch', 'acme', EVERYTHING, 'read', closing!)).toBe('yes');
    expect(answer('package.publish', 'acme', EVERYTHING, 'admin', closing!)).toBe('standing');
    const gone = standing({ accessUntil: FUTURE, deletionAt: PAST });
    expect(answer('repository.fetch', 'acme', EVERYTHING, 'admin', gone)).toBe('standing');
  });

  test('that an organization does not pay is told to those who could have done it, and to no others', () => {
    expect(answer('package.publish', 'acme', one('package', 'acme/wax'), 'write', stopped!)).toBe('standing');
    expect(answer('package.publish', 'acme/wax', one('api'), 'read', stopped!)).toBe('role');
    expect(answer('package.publish', 'acme/wax', one('api'), null, stopped!)).toBe('absent');
    expect(answer('package.publish', 'acme/wax', one('api', 'read'), 'admin', stopped!)).toBe('key');
  });
});
