import { describe, expect, test } from 'vitest';
import { type Standing, standingOf } from './standing.js';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const days = (number: number): Date => new Date(NOW + number * DAY);
const LADDER = { free: false, publishingStoppedDays: 30 };

type Row = Parameters<typeof standingOf>[0];
const row: Row = { accessUntil: null, payment: null, trialEndsAt: days(0), override: null, deletionAt: null };

const at = (given: Partial<Row>, ms: number, ladder = LADDER): Standing =>
  standingOf({ ...row, ...given }, ladder, new Date(NOW + ms));

const gates = ({ fetching, publishing }: Standing): string =>
  fetching ? (publishing ? 'everything' : 'fetching') : publishing ? 'publishing' : 'nothing';

/** Milliseconds around what happens at {@link NOW}, and a day. */
type Row4 = [number, Standing['state'], string, Standing['reason']];
const [BEFORE, AT] = [-1, 0];
const [LAST, END] = [30 * DAY - 1, 30 * DAY];

const walks: [string, Partial<Row>, Row4[]][] = [
  [
    'a trial, and nothing after it',
    {},
    [
      [-30 * DAY, 'trial', 'everything', null],
      [BEFORE, 'trial', 'everything', null],
      [AT, 'publishing_stopped', 'fetching', 'trial_ended'],
      [LAST, 'publishing_stopped', 'fetching', 'trial_ended'],
      [END, 'export_only', 'nothing', 'trial_ended'],
      [4000 * DAY, 'export_only', 'nothing', 'trial_ended'],
    ],
  ],
  [
    'a payment that failed: the grace is within the access',
    { trialEndsAt: days(-300), accessUntil: days(0), payment: 'past_due' },
    [
      [-15 * DAY, 'past_due', 'everything', 'payment_failed'],
      [BEFORE, 'past_due', 'everything', 'payment_failed'],
      [AT, 'publishing_stopped', 'fetching', 'payment_failed'],
      [LAST, 'publishing_stopped', 'fetching', 'payment_failed'],
      [END, 'export_only', 'nothing', 'payment_failed'],
    ],
  ],
  [
    'paid, and nothing more was ever heard',
    { trialEndsAt: days(-300), accessUntil: days(0), payment: 'paid' },
    [
      [BEFORE, 'active', 'everything', null],
      [AT, 'publishing_stopped', 'fetching', 'payment_failed'],
      [LAST, 'publishing_stopped', 'fetching', 'payment_failed'],
      [END, 'export_only', 'nothing', 'payment_failed'],
    ],
  ],
  [
    'canceled',
    { trialEndsAt: days(-300), accessUntil: days(0), payment: 'canceling' },
    [
      [BEFORE, 'canceling', 'everything', 'canceled'],
      [AT, 'publishing_stopped', 'fetching', 'canceled'],
      [LAST, 'publishing_stopped', 'fetching', 'canceled'],
      [END, 'export_only', 'nothing', 'canceled'],
    ],
  ],
  [
    'ended at Stripe, within what is paid',
    { trialEndsAt: days(-300), accessUntil: days(0), payment: 'ended' },
    [
      [BEFORE, 'active', 'everything', null],
      [AT, 'publishing_stopped', 'fetching', 'canceled'],
      [END, 'export_only', 'nothing', 'canceled'],
    ],
  ],
  [
    'access without a word about payment',
    { trialEndsAt: days(-300), accessUntil: days(0) },
    [
      [BEFORE, 'active', 'everything', null],
      [AT, 'publishing_stopped', 'fetching', 'trial_ended'],
    ],
  ],
  [
    'paid for less long than the trial would have lasted: the later end counts',
    { trialEndsAt: days(10), accessUntil: days(0), payment: 'ended' },
    [
      [BEFORE, 'active', 'everything', null],
      [AT, 'trial', 'everything', null],
      [10 * DAY - 1, 'trial', 'everything', null],
      [10 * DAY, 'publishing_stopped', 'fetching', 'canceled'],
      [40 * DAY - 1, 'publishing_stopped', 'fetching', 'canceled'],
      [40 * DAY, 'export_only', 'nothing', 'canceled'],
    ],
  ],
];

describe.each(walks)('%s', (_what, given, steps) => {
  test.each(steps)('after %d ms: %s, %s open, because of %s', (ms, state, open, reason) => {
    const standing = at(given, ms);
    expect([standing.state, gates(standing), standing.reason]).toEqual([state, open, reason]);
  });

  test('each step says when it ends, and what comes then', () => {
    for (const [ms] of steps) {
      const { state, until, next } = at(given, ms);
      if (until === null) {
        expect([state, next]).toEqual(['export_only', null]);
        continue;
      }
      const offset = until.getTime() - NOW;
      expect(offset).toBeGreaterThan(ms);
      expect([state, at(given, offset - 1).state]).toEqual([state, state]);
      expect(at(given, offset).state).not.toBe(state);
      // What is paid for is renewed by itself: nothing threatens.
      if (given.payment === 'paid' && state === 'active') expect(next).toBeNull();
      else expect(next).toEqual({ state: at(given, offset).state, at: until });
    }
  });
});

describe('without days in which publishing has stopped', () => {
  const ladder = { ...LADDER, publishingStoppedDays: 0 };

  test('everything leads to export only', () => {
    expect(at({}, BEFORE, ladder)).toMatchObject({ state: 'trial', next: { state: 'export_only', at: days(0) } });
    expect(at({}, AT, ladder)).toMatchObject({ state: 'export_only', until: null, next: null });
  });
});

describe('the operator’s word', () => {
  const paid = { accessUntil: days(1), payment: 'past_due', trialEndsAt: days(1) } as const;

  test.each([BEFORE, AT, 400 * DAY])('stands above trial and payment, after %d ms', (ms) => {
    const still = { until: null, reason: null, next: null };
    expect(at({ ...paid, override: 'comped' }, ms)).toEqual({
      ...{ state: 'comped', fetching: true, publishing: true, ...still },
    });
    expect(at({ ...paid, override: 'blocked' }, ms)).toEqual({
      ...{ state: 'blocked', fetching: false, publishing: false, ...still },
    });
  });

  test('on a server where nobody pays all but the blocked are free', () => {
    const ladder = { ...LADDER, free: true };
    expect(at({}, 400 * DAY, ladder)).toMatchObject({ state: 'comped', publishing: true, until: null });
    expect(at({ ...paid }, AT, ladder)).toMatchObject({ state: 'comped', publishing: true, until: null });
    expect(at({ override: 'blocked' }, AT, ladder)).toMatchObject({ state: 'blocked', fetching: false });
  });
});

describe('waiting for deletion', () => {
  test('is read until its hour, takes nothing new, and is blocked where it was', () => {
    const given = { trialEndsAt: days(20), deletionAt: days(14) };
    const closing = { state: 'closing', publishing: false, next: null };
    expect(at(given, 14 * DAY - 1)).toMatchObject({ ...closing, fetching: true, until: days(14) });
    expect(at(given, 14 * DAY)).toMatchObject({ ...closing, fetching: false, until: null });
    expect(at({ ...given, override: 'blocked' }, AT)).toMatchObject({ state: 'blocked', until: null });
  });

  test('says when fetching ends before that', () => {
    const given = { trialEndsAt: days(1), deletionAt: days(60) };
    expect(at(given, AT)).toMatchObject({ state: 'closing', fetching: true, until: days(1) });
    expect(at(given, DAY)).toMatchObject({ state: 'closing', fetching: true, until: days(31) });
    expect(at(given, 31 * DAY)).toMatchObject({
      state: 'closing',
      fetching: false,
      until: null,
      reason: 'trial_ended',
    });
  });
});
