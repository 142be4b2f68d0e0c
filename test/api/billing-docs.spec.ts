import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { Organizations } from '../../src/organizations/organizations.js';
import { giveCard, stripeOf, useBilling } from '../support/billing.js';
import { ask } from '../support/http.js';
import { api, keyOf, team } from '../support/people.js';
import { routesOf } from '../support/routes.js';

// docs/api/billing.md tells the truth: its requests are made in its order, and its answers are compared with the real ones.

const PAGE = 'docs/api/billing.md';
const billing = useBilling();
const text = readFileSync(PAGE, 'utf8');

interface Example {
  readonly request: string;
  readonly path: string;
  readonly method: string;
  readonly body: string | undefined;
  readonly status: number;
  readonly answer: unknown;
}

/** A request and, in the block after it, its answer. */
function examples(): Example[] {
  const blocks = [...text.matchAll(/```http\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const [requests, answers] = [blocks.filter((_one, at) => at % 2 === 0), blocks.filter((_one, at) => at % 2 === 1)];
  return requests.map((block, at) => {
    const [head = '', ...rest] = block.trim().split('\n');
    const [method = '', path = ''] = head.split(' ');
    const [status = '', ...answer] = answers[at]!.trim().split('\n');
    const body = rest.join('\n').trim() || undefined;
    return {
      request: head,
      method,
      path,
      body,
      status: Number(status.split(' ')[1]),
      answer: JSON.parse(answer.join('\n')),
    };
  });
}

let key: string;
let base: string;

beforeAll(async () => {
  const { people, name } = await team(billing.app, 'acme');
  expect(name).toBe('acme');
  key = await keyOf(billing.app, people.admin, api('write'));
  base = billing.app.url;
});

const ID = /\b(in|seti|pi)_\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Ids that the page uses → those of this run. */
const known = new Map<string, string>();
const translated = (written: string): string => written.replace(ID, (id) => known.get(id) ?? id);

/** What differs from run to run made equal. Numbers may differ by a hundredth: seconds pass between two prices. */
const plain = (value: string): string =>
  value
    .replaceAll('https://hex.example.org', base)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replace(/\d+ \w{3} \d{4}|\w{3} \d+, \d{4}/g, 'DAY')
    .replace(ID, (id) => (id.includes('_') ? id.split('_')[0]! : 'UUID'))
    .replace(/^[A-Z0-9]{6,}-\d{4}$/, 'NUMBER')
    .replace(/\d\d:\d\d UTC/, 'CLOCK')
    .replace(/^pk_test_\w+$/, 'PK')
    .replace(/^person\d+$/, 'ada');

function compare(written: unknown, real: unknown, where: string): void {
  if (typeof written === 'string' && typeof real === 'string') {
    const ids = [...written.matchAll(ID)].map(([id]) => id);
    for (const [at, [id]] of [...real.matchAll(ID)].entries()) if (ids[at] !== undefined) known.set(ids[at], id);
    expect([where, plain(written)]).toEqual([where, plain(real)]);
  } else if (typeof written === 'number' && typeof real === 'number') {
    if (/exp_/.test(where)) return;
    expect(Math.abs(written - real), `${where}: ${written} and ${real}`).toBeLessThanOrEqual(Math.abs(real) / 100);
  } else if (Array.isArray(written) && Array.isArray(real)) {
    expect([where, written.length]).toEqual([where, real.length]);
    written.forEach((one, at) => compare(one, real[at], `${where}[${at}]`));
  } else if (isObject(written) && isObject(real)) {
    const { '…': more, ...fields } = written;
    if (more === undefined) expect([where, Object.keys(fields)]).toEqual([where, Object.keys(real)]);
    for (const [name, value] of Object.entries(fields)) compare(value, real[name], `${where}.${name}`);
  } else expect([where, written]).toEqual([where, real]);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What happens between the examples, in a browser or at the bank. */
const meanwhile: Record<string, () => Promise<void>> = {
  'POST /api/orgs/acme/billing/card': async () => {
    await stripeOf(billing.sandbox).setupIntents.confirm(known.get('seti_1')!, { payment_method: 'pm_card_visa' });
  },
  'POST /api/orgs/acme/billing/changes/00000000-0000-4000-8000-000000000002/confirm': async () => {
    const acme = await billing.app.app.get(Organizations).named('acme');
    await giveCard(billing, acme, 'pm_card_authenticationRequired');
  },
};

test('its examples are true', { timeout: 120_000 }, async () => {
  for (const { request, method, path, body, status, answer } of examples()) {
    await meanwhile[request]?.();
    const json = body === undefined ? {} : { json: JSON.parse(translated(body)) as unknown };
    const real = await ask(base + translated(path), { method, key, ...json });
    expect([request, real.status]).toEqual([request, status]);
    compare(answer, real.body, request);
  }
});

test('no endpoint is missing', () => {
  const shown = text.matchAll(/(GET|POST|PUT) \/api\/orgs\/(?:acme|ORG)(\/billing[^\s`…]*)?(?=[\s`])/g);
  const pattern = (path: string) => path.replace(ID, ':id').replace('/ID', '/:id');
  const documented = new Set([...shown].map(([, method, path = '']) => `${method} ${pattern(path)}`));
  const routes = routesOf(billing.app)
    .filter((route) => /^(POST \/api\/orgs\/:organization|\S+ \/api\/orgs\/:organization\/billing.*)$/.test(route))
    .map((route) => route.replace('/api/orgs/:organization', ''));
  expect(routes.length).toBeGreaterThan(15);
  for (const route of routes) expect([...documented]).toContain(route);
});
