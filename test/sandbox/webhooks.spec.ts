import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Stripe } from 'stripe';
import { customerWith, open, type Site, start } from './support.js';

let received: { body: string; signature: string }[];
let answers: number[];
let server: Server;
let url: string;
let site: Site;

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ body, signature: String(request.headers['stripe-signature']) });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  site = await open({ webhook: { url, secret: 'whsec_one' } });
  await site.sandbox.webhooks.drain();
  received = [];
});
afterEach(async () => {
  await site.sandbox.stop();
  server.close();
});

const read = (index: number, secret: string) => {
  const { body, signature } = received[index]!;
  return Stripe.webhooks.constructEvent(body, signature, secret);
};
const types = () => received.map(({ body }) => (JSON.parse(body) as Stripe.Event).type);

it('are signed, and carry the object as it was', async () => {
  const { stripe, sandbox } = site;
  const customer = await stripe.customers.create({ name: 'Ada' });
  await stripe.customers.update(customer.id, { name: 'Grace', metadata: { a: '1' } });
  await sandbox.webhooks.drain();
  const [first, second] = [read(0, 'whsec_one'), read(1, 'whsec_one')].sort((a) =>
    a.type === 'customer.created' ? -1 : 1,
  ) as [Stripe.Event, Stripe.Event];
  expect([first.type, (first.data.object as Stripe.Customer).name]).toEqual(['customer.created', 'Ada']);
  expect([second.type, second.data.previous_attributes]).toEqual([
    'customer.updated',
    { name: 'Ada', metadata: { a: null } },
  ]);
  expect(second.request?.id).toMatch(/^req_/);
  expect(() => Stripe.webhooks.constructEvent(`${received[0]!.body} `, received[0]!.signature, 'whsec_one')).toThrow();
  expect((await stripe.events.retrieve(first.id)).pending_webhooks).toBe(0);
});

it('are signed with both secrets while one is rolled', async () => {
  const { stripe, sandbox } = site;
  sandbox.webhooks.roll(url, 'whsec_two');
  await stripe.customers.create({});
  await sandbox.webhooks.drain();
  expect([read(0, 'whsec_one').type, read(0, 'whsec_two').type]).toEqual(['customer.created', 'customer.created']);
  await sandbox.advance(24 * 3_600_000 + 1000);
  received = [];
  await stripe.customers.create({});
  await sandbox.webhooks.drain();
  expect(read(0, 'whsec_two').type).toBe('customer.created');
  expect(() => read(0, 'whsec_one')).toThrow();
});

it('come again when they were refused', async () => {
  answers = [500, 302];
  const customer = await site.stripe.customers.create({});
  await site.sandbox.webhooks.drain();
  expect(types()).toEqual(['customer.created', 'customer.created', 'customer.created']);
  const [event] = (await site.stripe.events.list({ type: 'customer.created', limit: 1 })).data;
  expect(event!.pending_webhooks).toBe(0);
  expect(site.sandbox.deliveries(event!.id).map(({ status }) => status)).toEqual([200, 302, 500]);
  expect((event!.data.object as Stripe.Customer).id).toBe(customer.id);
});

it('are held and delivered in any order, twice if asked', async () => {
  const { stripe, sandbox, month } = site;
  sandbox.webhooks.configure({ mode: 'hold' });
  const customer = await customerWith(stripe, 'pm_card_visa');
  await start(stripe, customer.id, month.id, { payment_behavior: 'allow_incomplete' });
  const held = sandbox.webhooks.held();
  expect(held.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      'customer.subscription.created',
      'invoice.paid',
      'payment_intent.succeeded',
      'invoice_payment.paid',
    ]),
  );
  const order = [...held].reverse();
  await sandbox.webhooks.deliver([...order, order[0]!]);
  expect(types()).toEqual([...order, order[0]!].map(({ type }) => type));
  expect(sandbox.webhooks.held()).toEqual([]);
});

it('get lost, doubled and shuffled, the same way for the same seed', async () => {
  const { stripe, sandbox } = site;
  const round = async () => {
    received = [];
    sandbox.webhooks.configure({ mode: 'hold', loss: 0.3, duplicates: 0.3, shuffle: true, seed: 7 });
    for (let n = 0; n < 20; n++) await stripe.customers.create({ name: `${n}` });
    sandbox.webhooks.configure({ mode: 'deliver' });
    await sandbox.webhooks.drain();
    return received.map(({ body }) => ((JSON.parse(body) as Stripe.Event).data.object as Stripe.Customer).name);
  };
  const names = await round();
  expect(new Set(names).size).toBeLessThan(20);
  expect(names.length).toBeGreaterThan(new Set(names).size);
  expect([...names].sort()).not.toEqual(names);
  expect((await round()).sort()).toEqual([...names].sort());
});

it('go to endpoints made over the API, as they want', async () => {
  const { stripe, sandbox } = site;
  const made = await stripe.webhookEndpoints.create({
    url: `${url}/two`,
    enabled_events: ['product.created'],
    api_version: '2026-10-28.endive',
  });
  expect((await stripe.webhookEndpoints.retrieve(made.id)).secret).toBeUndefined();
  await stripe.customers.create({});
  await stripe.products.create({ name: 'One' });
  await sandbox.webhooks.drain();
  expect(types().sort()).toEqual(['customer.created', 'product.created', 'product.created']);
  expect(
    received.some((_row, index) => {
      try {
        return read(index, made.secret!);
      } catch {
        return false;
      }
    }),
  ).toBe(true);
  await stripe.webhookEndpoints.update(made.id, { disabled: true });
  expect((await stripe.webhookEndpoints.list()).data).toHaveLength(2);
  await stripe.webhookEndpoints.del(made.id);
});
