import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/billing/stripe/events.js';
import { type TermsOfSubscription, termsOf } from '../../src/billing/terms.js';
import { settingNames } from '../../src/platform/config.js';

// What docs/billing.md tells an operator is what the code does.

const text = readFileSync('docs/billing.md', 'utf8');

test('the events of the webhook endpoint', () => {
  const [, listed = ''] = /## The webhook endpoint[\s\S]*?```text\n([\s\S]*?)```/.exec(text) ?? [];
  expect(listed.trim().split('\n')).toEqual(EVENT_TYPES);
});

test('the version of the API', () => {
  const pinned = /API_VERSION = '([^']+)'/.exec(readFileSync('src/billing/stripe/client.ts', 'utf8'))?.[1];
  expect(text).toContain(`in the API version \`${pinned}\``);
});

test('settings and files that it names exist', () => {
  const written = [...text.matchAll(/`([A-Z][A-Z_]{4,})(?:=[^`]*)?`/g)].map((match) => match[1]!);
  expect(written.length).toBeGreaterThan(8);
  for (const name of written) expect(settingNames).toContain(name);
});

describe('what each state of Stripe means', () => {
  const rows = /## What each state of Stripe means here\n\n([\s\S]*?)\n\n/.exec(text)![1]!.split('\n').slice(2);
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const [start, end] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-12-01T00:00:00Z')];
  const cancelAt = new Date('2026-11-20T00:00:00Z');

  test.each(cells)('%s%s', (_edge, state = '', payment, until = '', seats) => {
    const status = /`(\w+)`/.exec(state)?.[1] ?? 'a_word_of_tomorrow';
    const isEnding = state.includes('to be ended');
    const one: TermsOfSubscription = {
      ...{ stripeId: 'sub_1', status, quantity: 3, periodStart: start, periodEnd: end, createdAt: start },
      ...{ cancelAt: isEnding ? cancelAt : null, endedAt: status === 'canceled' ? cancelAt : null },
    };
    const terms = termsOf([one], [], 15);
    expect(terms.payment).toBe(payment === 'none' ? null : payment.replaceAll('`', ''));
    if (until.startsWith('closed')) expect(terms.accessUntil).toEqual(start);
    else if (until.startsWith('the trial')) expect(terms.accessUntil).toBeNull();
    else if (payment === '`ended`' || isEnding) expect(terms.accessUntil).toEqual(cancelAt);
    else if (payment === '`paid`') expect(terms.accessUntil).toEqual(new Date('2026-12-16T00:00:00Z'));
    else expect(terms.accessUntil).toEqual(new Date('2026-11-16T00:00:00Z'));
    expect(terms.seats).toBe(seats.startsWith('no limit') ? null : 3);
  });
});
