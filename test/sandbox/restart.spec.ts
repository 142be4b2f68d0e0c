import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { client, customerWith, day, open, start } from './support.js';
import { StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = () => new Date('2027-01-15T10:00:00Z');

it('finds everything again: objects, the clock, keys, tasks, what still has to be delivered', async () => {
  const file = join(folder, 'state.json');
  const first = await open({ file, webhook: { url: 'http://127.0.0.1:9/hook', secret: 'whsec_x' } });
  const customer = await customerWith(first.stripe, 'pm_card_visa');
  const begun = await start(first.stripe, customer.id, first.month.id, { payment_behavior: 'allow_incomplete' });
  await first.sandbox.advance(3 * day);
  await first.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'once' });
  const before = first.sandbox.objects('event').length;
  await first.sandbox.stop();
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const sandbox = await StripeSandbox.start({ file, now });
  const stripe = client(sandbox);
  expect(sandbox.now().toISOString()).toBe('2027-01-18T10:00:00.000Z');
  expect(sandbox.objects('event')).toHaveLength(before);
  expect(sandbox.webhooks.held().length).toBeGreaterThan(0);
  await stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'once' });
  expect(sandbox.objects('customer').filter(({ name }) => name === 'Once')).toHaveLength(1);
  await sandbox.advance(29 * day);
  const renewed = await stripe.invoices.list({ subscription: begun.id });
  expect(renewed.data.map(({ status }) => status)).toEqual(['paid', 'paid']);
  await sandbox.stop();
});

it('a half-written file is not looked at', async () => {
  const file = join(folder, 'state.json');
  const first = await open({ file });
  await first.sandbox.stop();
  writeFileSync(`${file}.new`, readFileSync(file, 'utf8').slice(0, 100));
  const second = await StripeSandbox.start({ file, now });
  expect(second.objects('price')).toHaveLength(2);
  await second.stop();
});

it('what fell due while it was away happens at its own time', async () => {
  const file = join(folder, 'state.json');
  const first = await open({ file });
  const customer = await customerWith(first.stripe, 'pm_card_visa');
  const begun = await start(first.stripe, customer.id, first.month.id, { payment_behavior: 'allow_incomplete' });
  await first.sandbox.stop();
  const sandbox = await StripeSandbox.start({ file, now: () => new Date('2027-03-20T10:00:00Z') });
  const { data } = await client(sandbox).invoices.list({ subscription: begun.id });
  const made = data.map(({ created }) => new Date(created * 1000).toISOString().slice(0, 10));
  expect(made).toEqual(['2027-03-15', '2027-02-15', '2027-01-15']);
  await sandbox.stop();
});
