import { beforeAll, describe, expect, test } from 'vitest';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Subscriptions } from '../../src/billing/subscriptions.js';
import { Gateway } from '../../src/billing/gateway.js';
import { Customers } from '../../src/billing/customers.js';
import { Members } from '../../src/organizations/members.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { paths } from '../../src/platform/paths.js';
import { startApp } from '../support/app.js';
import { actor, giveCard, payer, setUpCard, useBilling } from '../support/billing.js';
import { browse, type Browsing, type Seen } from '../support/browsing.js';
import { person, team, type Team, TESTS } from '../support/people.js';

const billing = useBilling();
const DAY_MS = 24 * 60 * 60 * 1000;
const get = <T>(token: abstract new (...needed: never[]) => T): T => billing.app.app.get<T>(token);

const FIELDS = {
  ...{ kind: 'company', name: 'Acme Honey Ltd', email: 'bills@acme.test', country: 'DE', line1: 'Imkerweg 3' },
  ...{ line2: '', city: 'Jena', state: '', postal_code: '07743', tax_id: '123 456 789', purchase_order: 'PO 7' },
};

/** What a person reads. */
const words = ({ text }: Seen): string =>
  text
    .replace(/^[\s\S]*<main/, '<main')
    .replace(/<noscript>[\s\S]*?<\/noscript>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#?\w+;/g, "'")
    .replaceAll(/\s+/g, ' ');

interface House extends Team {
  readonly browser: Browsing;
}

/** Three members; `card` is a token of a card that is set up. Without `'nobody'` the details are there. */
async function house(card?: string | null): Promise<House> {
  const made = await team(billing.app);
  if (card !== null) await payer(billing, made.name, card);
  return { ...made, browser: await browse(billing.app, made.people.admin) };
}

/** With a subscription that was started as people start one. */
async function subscribed(card = 'pm_card_visa', seats = '3', plan = 'monthly'): Promise<House> {
  const made = await house(card);
  const drafted = await made.browser.post(paths.subscribe(made.name), { plan, seats, code: '' });
  await made.browser.post(drafted.location!);
  return made;
}

const charges = () => billing.sandbox.objects('charge').length;
const latestInvoice = async ({ organization }: House): Promise<string> => {
  const rows = await billing.app.db.query<{ id: string }[]>(
    `select stripe_id as id from invoices where organization_id = $1 order by created_at desc, status = 'open' desc limit 1`,
    [organization.id],
  );
  return rows[0]!.id;
};

describe('before anything is paid', () => {
  let acme: House;
  beforeAll(async () => {
    acme = await house(null);
  });

  test('the page says what it would cost, and what follows the trial', async () => {
    const seen = await acme.browser.get(paths.billing(acme.name));
    expect(words(seen)).toContain('$27.00 a month $9.00 per seat and month');
    expect(words(seen)).toContain('$270.00 a year $90.00 per seat and year saves $54.00 a year');
    expect(words(seen)).toContain('Then publishing stops');
    expect(words(seen)).toContain('No invoices yet');
    expect(seen.text).toContain(`<a href="/orgs/${acme.name}/billing" aria-current="page">Billing</a>`);
  });

  test('who pays is asked first', async () => {
    for (const page of [paths.subscribe(acme.name), paths.billingCard(acme.name)]) {
      const seen = await acme.browser.get(page);
      expect([seen.status, seen.location]).toEqual([303, paths.billingDetails(acme.name)]);
    }
    expect(words(await acme.browser.get(paths.billingDetails(acme.name)))).toContain('made out to?');
  });

  test('mistakes in the details are marked, and what was typed stays', async () => {
    const nameless = await acme.browser.post(paths.billingDetails(acme.name), { ...FIELDS, name: '' });
    expect([nameless.status, words(nameless)]).toEqual([422, expect.stringContaining("Name Can't be blank")]);
    const seen = await acme.browser.post(paths.billingDetails(acme.name), { ...FIELDS, tax_id: '12' });
    expect(seen.status).toBe(422);
    expect(words(seen)).toContain('Does not look like a VAT number of this country, such as DE123456789');
    expect(seen.text).toContain('value="07743"');
    expect(seen.text).toContain('<option value="DE" selected>');
    expect(await get(Customers).of(acme.organization.id)).toBeNull();
  });

  test('the details lead on to the plans; the tax number is verified some time later', async () => {
    const seen = await acme.browser.post(paths.billingDetails(acme.name), FIELDS);
    expect([seen.status, seen.location]).toEqual([303, paths.subscribe(acme.name)]);
    expect(await get(Customers).of(acme.organization.id)).toMatchObject({
      ...{ name: 'Acme Honey Ltd', taxId: 'DE123456789', taxIdType: 'eu_vat', purchaseOrder: 'PO 7' },
    });
    expect(words(await acme.browser.get(paths.billingDetails(acme.name)))).toContain('being verified');
    await billing.advance(10_000);
    await acme.browser.post(paths.refreshBilling(acme.name));
    expect(words(await acme.browser.get(paths.billing(acme.name)))).toContain('DE123456789 verified');
  });

  test('a number that the register does not know is said at once on both pages, with what to do', async () => {
    await acme.browser.post(paths.billingDetails(acme.name), { ...FIELDS, tax_id: 'DE111111111' });
    await billing.advance(10_000);
    await acme.browser.post(paths.refreshBilling(acme.name));
    expect(words(await acme.browser.get(paths.billing(acme.name)))).toContain('could not be verified');
    expect(words(await acme.browser.get(paths.billingDetails(acme.name)))).toContain('Please correct one of them');
  });
});

describe('the card', () => {
  test('is typed into the form of Stripe, which only such pages allow', async () => {
    const { browser, name } = await house();
    const seen = await browser.get(paths.billingCard(name));
    const policy = seen.headers.get('content-security-policy')!;
    for (const directive of ['script-src', 'frame-src', 'connect-src'])
      expect(policy).toContain(`${directive} 'self' ${billing.sandbox.url}`);
    expect(seen.text).toMatch(/data-stripe="setup" data-key="pk_test_sandbox" data-secret="seti_\w+_secret_\w+"/);
    expect(seen.text).toContain(`<script defer src="${billing.sandbox.url}/endive/stripe.js">`);
    const elsewhere = await browser.get(paths.billing(name));
    expect(elsewhere.headers.get('content-security-policy')).not.toContain(billing.sandbox.url);
    expect(elsewhere.text).not.toContain('stripe.js');
  });

  test('counts once Stripe says that it is set up, and only for whose it is', async () => {
    const { browser, name, organization } = await house();
    const other = await house();
    const foreign = await setUpCard(billing, other.organization, 'pm_card_visa');
    const { stripeId } = await get(Customers).ready(organization.id);
    const open = await get(Gateway).setUpCard(stripeId, 'not finished');
    for (const id of [foreign, open.outcome === 'ok' ? open.value.id : '', 'seti_none', '']) {
      const seen = await browser.get(`${paths.billingCardDone(name)}?setup_intent=${id}`);
      expect([seen.status, seen.location], id).toEqual([303, paths.billingCard(name)]);
    }
    const mine = await setUpCard(billing, organization, 'pm_card_visa');
    const done = await browser.get(`${paths.billingCardDone(name)}?setup_intent=${mine}`);
    expect(done.location).toBe(paths.billing(name));
    expect(words(await browser.get(paths.billing(name)))).toContain('Visa ending in 4242');
  });
});

describe('a subscription', () => {
  test('is shown with its exact price, confirmed once however often, and then there', async () => {
    const { browser, name } = await house('pm_card_visa');
    const drafted = await browser.post(paths.subscribe(name), { plan: 'annual', seats: '4', code: '' });
    expect(drafted.location).toMatch(new RegExp(`^/orgs/${name}/billing/changes/`));
    const offer = await browser.get(drafted.location!);
    expect(words(offer)).toContain('Annual plan with 4 seats, from today on.');
    expect(words(offer)).toContain('To pay now $360.00');
    expect(words(offer)).toContain('Pay $360.00');
    const before = charges();
    const answers = await Promise.all([1, 2, 3].map(() => browser.post(drafted.location!)));
    expect(answers.map(({ location }) => location)).toEqual(Array(3).fill(paths.billing(name)));
    expect(charges()).toBe(before + 1);
    const seen = words(await browser.get(paths.billing(name)));
    expect(seen).toContain('The subscription runs, with 4 seats.');
    expect(seen).toContain('4 seats paid for 3 members $90.00 per seat and year');
    expect(seen).toMatch(/Next payment on \d+ \w+ \d+ \$360\.00/);
    expect(seen).toContain('Start of the subscription $360.00 paid PDF');
  });

  test('is refused for too few seats and for a code that nobody knows', async () => {
    const { browser, name } = await house('pm_card_visa');
    const few = await browser.post(paths.subscribe(name), { plan: 'monthly', seats: '2', code: '' });
    expect([few.status, words(few)]).toEqual([422, expect.stringContaining('Must be at least 3')]);
    const none = await browser.post(paths.subscribe(name), { plan: 'monthly', seats: 'x', code: '' });
    expect([none.status, words(none)]).toEqual([422, expect.stringContaining('Must be a whole number')]);
    const code = await browser.post(paths.subscribe(name), { plan: 'monthly', seats: '3', code: 'HONEY' });
    expect([code.status, words(code)]).toEqual([422, expect.stringContaining('Is not known, or not valid any more')]);
  });

  test('without a card waits on its invoice, and can be abandoned for nothing', async () => {
    const acme = await house();
    const { browser, name } = acme;
    const drafted = await browser.post(paths.subscribe(name), { plan: 'monthly', seats: '3', code: '' });
    expect(words(await browser.get(drafted.location!))).toContain('The next page asks for a card.');
    const confirmed = await browser.post(drafted.location!);
    const page = paths.invoice(name, await latestInvoice(acme));
    expect(confirmed.location).toBe(page);
    const seen = await browser.get(page);
    expect(words(seen)).toContain('$27.00 is to be paid for');
    expect(words(seen)).toContain('The subscription with 3 seats begins as soon as it is paid.');
    expect(seen.text).toMatch(/data-stripe="payment"[^>]* data-secret="pi_\w+_secret_\w+"/);
    expect(words(await browser.get(paths.billing(name)))).toContain('$27.00 to be paid');
    expect((await browser.submit(`${page}/abandon`)).status).toBe(200);
    expect(words(await browser.get(paths.billing(name)))).toMatch(/\$27\.00 (void|dropped)/);
    expect(words(await browser.get(paths.billing(name)))).toContain('Subscribe');
  });

  test('that the bank asks about leads to its question, and goes on when it is answered', async () => {
    const acme = await subscribed('pm_card_authenticationRequired');
    const { browser, name } = acme;
    const id = await latestInvoice(acme);
    const seen = await browser.get(paths.invoice(name, id));
    expect(words(seen)).toContain('The bank wants to confirm the payment of $27.00');
    const [, intent] = /data-stripe="next"[^>]* data-secret="(pi_\w+)_secret_/.exec(seen.text)!;
    const failed = await browser.get(paths.invoiceAct(name, id, 'done'));
    expect(failed.location).toBe(paths.invoice(name, id));
    await billing.sandbox.settleChallenge(intent!, 'complete');
    const done = await browser.get(paths.invoiceAct(name, id, 'done'));
    expect(done.location).toBe(paths.billing(name));
    expect(words(await browser.get(done.location!))).toContain('$27.00 has been paid.');
  });

  test('declined says why, and another try is one click away', async () => {
    const acme = await subscribed('pm_card_chargeCustomerFail');
    const { browser, name } = acme;
    const page = paths.invoice(name, await latestInvoice(acme));
    expect(words(await browser.get(page))).toContain('Pay $27.00');
    const again = await browser.submit(`${page}/pay`);
    expect(words(again)).toMatch(/bank refused|declined/i);
    await giveCard(billing, acme.organization, 'pm_card_visa');
    const paid = await browser.submit(`${page}/pay`);
    expect(words(paid)).toContain('$27.00 has been paid.');
    // Sent once more: nothing is charged twice, and it says so.
    const before = charges();
    expect(words(await browser.submit(`${page}/pay`))).toContain('$27.00 has been paid.');
    expect(charges()).toBe(before);
  });
});

describe('seats', () => {
  test('more are paid for the rest of the period, fewer give nothing back, and back up is free', async () => {
    const { browser, name } = await subscribed();
    const more = await browser.post(paths.seats(name), { seats: '5' });
    expect(words(await browser.get(more.location!))).toMatch(/5 instead of 3 seats\. .* To pay now \$18\.00/);
    expect(words(await browser.submit(more.location!))).toContain('There are 5 seats now.');
    const fewer = await browser.post(paths.seats(name), { seats: '3' });
    expect(words(await browser.get(fewer.location!))).toContain('Nothing is charged now.');
    expect(words(await browser.submit(fewer.location!))).toContain('There are 3 seats now.');
    expect(words(await browser.get(paths.seats(name)))).toContain('up to 5: so many are paid for in this period');
    const back = await browser.post(paths.seats(name), { seats: '4' });
    expect(words(await browser.get(back.location!))).toContain('They are paid for in this period already.');
    const few = await browser.post(paths.seats(name), { seats: '2' });
    expect([few.status, words(few)]).toEqual([422, expect.stringContaining('Must be at least 3')]);
  });

  test('that wait for the bank are shown, not counted, and can be abandoned', async () => {
    const acme = await subscribed();
    const { browser, name, organization } = acme;
    await giveCard(billing, organization, 'pm_card_authenticationRequired');
    const drafted = await browser.post(paths.seats(name), { seats: '6' });
    const confirmed = await browser.post(drafted.location!);
    const page = paths.invoice(name, await latestInvoice(acme));
    expect(confirmed.location).toBe(`${page}?now=yes`);
    const seen = words(await browser.get(paths.billing(name)));
    expect(seen).toContain('The change to 6 seats counts as soon as it is paid; until then all stays as it was.');
    expect(seen).toContain('3 seats paid for');
    const blocked = await browser.post(paths.seats(name), { seats: '7' });
    expect([blocked.status, words(blocked)]).toEqual([409, expect.stringContaining('still waits for its payment')]);
    expect(words(await browser.submit(`${page}/abandon`))).toContain('It has been abandoned. Nothing was charged.');
    expect(words(await browser.get(paths.billing(name)))).toContain('3 seats paid for');
  });

  test('of two offers only the first is taken; the second is told so, with the way back', async () => {
    const { browser, name } = await subscribed();
    const [first, second] = [
      await browser.post(paths.seats(name), { seats: '4' }),
      await browser.post(paths.seats(name), { seats: '5' }),
    ];
    await browser.post(first.location!);
    const late = await browser.post(second.location!);
    expect(late.status).toBe(409);
    expect(words(late)).toContain('The seats have been changed meanwhile');
    expect(late.text).toContain(`href="${paths.seats(name)}"`);
    expect(words(await browser.get(paths.billing(name)))).toContain('4 seats paid for');
  });

  test('are pointed to where invitations find none', async () => {
    const { browser, name } = await subscribed();
    await browser.post(paths.invite(name), { email: 'guest1@example.org', role: 'read' });
    const members = await browser.get(paths.members(name));
    expect(words(members)).toContain('All seats are taken');
    expect(words(members)).toContain('One open invitation would find no seat');
    expect(members.text).toContain(`href="${paths.seats(name)}"`);
    expect(words(await browser.get(paths.seats(name)))).toContain('1, of which 1 would find no seat');
  });
});

describe('a change of plan', () => {
  test('to years begins at once, with what is left of the month taken off; back waits for the end', async () => {
    const { browser, name } = await subscribed();
    const drafted = await browser.post(paths.plan(name), { plan: 'annual' });
    const offer = words(await browser.get(drafted.location!));
    expect(offer).toContain('−$27.00');
    expect(offer).toContain('To pay now $243.00');
    expect(words(await browser.submit(drafted.location!))).toContain('The plan has been switched.');
    const back = await browser.post(paths.plan(name), { plan: 'monthly' });
    expect(words(await browser.get(back.location!))).toContain('Nothing is charged now.');
    await browser.post(back.location!);
    expect(words(await browser.get(paths.billing(name)))).toMatch(/Monthly plan from \d+ \w+ \d+/);
    const undo = await browser.post(paths.plan(name), { plan: 'annual' });
    expect(words(await browser.submit(undo.location!))).toContain('The plan stays as it is.');
    expect(words(await browser.get(paths.billing(name)))).not.toMatch(/Monthly plan from/);
  });
});

describe('the end', () => {
  test('is asked for, can be taken back, and comes with what is paid for', async () => {
    const { browser, name } = await subscribed();
    expect(words(await browser.get(paths.cancelSubscription(name)))).toMatch(/Until .* everything works as now/);
    const seen = words(await browser.submit(paths.cancelSubscription(name), { reason: 'too many bees' }));
    expect(seen).toMatch(/ends on \d+ \w+ \d+/);
    expect(seen).toContain('Nothing more is charged.');
    const again = await browser.get(paths.cancelSubscription(name));
    expect(again.location).toBe(paths.billing(name));
    expect(words(await browser.submit(paths.resumeSubscription(name)))).toContain('The subscription goes on.');
    expect(words(await browser.submit(paths.resumeSubscription(name)))).toContain('goes on already');
  });
});

describe('an offer', () => {
  test('that nobody made, or that is older than a day, has lapsed', async () => {
    const { browser, name, organization } = await house('pm_card_visa');
    for (const id of ['x', '00000000-0000-4000-8000-000000000000']) {
      const seen = await browser.get(paths.billingChange(name, id));
      expect([seen.status, words(seen)]).toEqual([404, expect.stringContaining('This offer has lapsed')]);
    }
    const { id } = await get(Checkout).draft(actor, organization, { plan: 'monthly', seats: 3, code: null });
    await billing.app.db.query(
      `update billing_operations set created_at = created_at - interval '25 hours' where id = $1`,
      [id],
    );
    const before = charges();
    expect((await browser.post(paths.billingChange(name, id))).status).toBe(404);
    expect(charges()).toBe(before);
  });

  test('of somebody else does not exist here', async () => {
    const [acme, other] = [await house('pm_card_visa'), await house('pm_card_visa')];
    const { id } = await get(Checkout).draft(actor, other.organization, { plan: 'monthly', seats: 3, code: null });
    expect((await acme.browser.get(paths.billingChange(acme.name, id))).status).toBe(404);
    expect((await acme.browser.post(paths.billingChange(acme.name, id))).status).toBe(404);
    expect((await get(Changes).find(other.organization, id)).state).toBe('drafted');
  });

  test('is agreed to only with a recent proof of who it is', async () => {
    const { browser, name, organization, people } = await house('pm_card_visa');
    const { id } = await get(Checkout).draft(actor, organization, { plan: 'monthly', seats: 3, code: null });
    await billing.app.db.query(`update sessions set proved_at = proved_at - interval '2 days' where user_id = $1`, [
      people.admin.id,
    ]);
    const seen = await browser.post(paths.billingChange(name, id));
    expect(seen.location).toBe(paths.sudo(paths.billingChange(name, id)));
    expect((await get(Changes).find(organization, id)).state).toBe('drafted');
  });
});

describe('invoices', () => {
  test('are there as PDF, one by one and all together', async () => {
    const acme = await subscribed();
    const { browser, name } = acme;
    const id = await latestInvoice(acme);
    const seen = words(await browser.get(paths.invoice(name, id)));
    expect(seen).toContain('Start of the subscription $27.00 Total $27.00 Paid $27.00');
    const pdf = await browser.get(paths.invoiceAct(name, id, 'pdf'));
    expect([pdf.headers.get('content-type'), pdf.text.slice(0, 5)]).toEqual(['application/pdf', '%PDF-']);
    const all = await browser.get(paths.allInvoices(name));
    expect([all.headers.get('content-type'), all.text.slice(0, 2)]).toEqual(['application/zip', 'PK']);
    const other = await house();
    for (const path of [paths.invoice(other.name, id), paths.invoiceAct(other.name, id, 'pdf')])
      expect((await other.browser.get(path)).status).toBe(404);
    expect((await other.browser.post(paths.invoiceAct(other.name, id, 'pay'))).status).toBe(404);
    expect((await other.browser.post(paths.invoiceAct(other.name, id, 'abandon'))).status).toBe(404);
  });

  test('show refunds and disputes', async () => {
    const acme = await subscribed('pm_card_createDispute');
    const { browser, name } = acme;
    await browser.post(paths.refreshBilling(name));
    expect(words(await browser.get(paths.billing(name)))).toContain('A payment is disputed');
    const refunded = await subscribed();
    const charge = billing.sandbox.objects('charge').at(0)!;
    await billing.sandbox.act({ act: 'refund_charge', charge: charge.id, amount: 900 });
    await refunded.browser.post(paths.refreshBilling(refunded.name));
    expect(words(await refunded.browser.get(paths.billing(refunded.name)))).toContain('partly refunded');
    const id = await latestInvoice(refunded);
    expect(words(await refunded.browser.get(paths.invoice(refunded.name, id)))).toContain('Refunded $9.00');
  });
});

describe('while Stripe cannot be reached', () => {
  test('pages that need it say so, the others go on, and nothing is lost', async () => {
    const acme = await house();
    const { browser, name } = acme;
    const drafted = await browser.post(paths.subscribe(name), { plan: 'monthly', seats: '3', code: '' });
    await browser.post(drafted.location!);
    const page = paths.invoice(name, await latestInvoice(acme));
    billing.sandbox.intercept(() => ({ status: 500, body: { error: { type: 'api_error', message: 'down' } } }));
    try {
      expect((await browser.get(paths.billing(name))).status).toBe(200);
      const seen = await browser.get(page);
      expect([seen.status, words(seen)]).toEqual([200, expect.stringContaining('Stripe cannot be reached now')]);
      const done = await browser.get(`${page}/done`);
      expect([done.status, words(done)]).toEqual([200, expect.stringContaining('The payment is being processed')]);
      expect((await browser.post(paths.refreshBilling(name))).status).toBe(503);
      expect((await browser.get(paths.billingCard(name))).status).toBe(503);
    } finally {
      billing.sandbox.intercept(undefined);
    }
    expect(words(await browser.get(page))).toContain('Pay $27.00');
  }, 60_000);

  test('an answer that never came is not repeated, and said', async () => {
    const { browser, name } = await house('pm_card_visa');
    const drafted = await browser.post(paths.subscribe(name), { plan: 'monthly', seats: '3', code: '' });
    billing.sandbox.intercept(({ method, path }) =>
      method === 'POST' && path === '/v1/subscriptions'
        ? { status: 500, body: { error: { type: 'api_error', message: 'down' } } }
        : undefined,
    );
    try {
      const confirmed = await browser.post(drafted.location!);
      expect(confirmed.location).toBe(paths.billing(name));
      const seen = words(await browser.get(paths.billing(name)));
      expect(seen).toContain('We are asking Stripe what became of it');
      expect(seen).toContain('starting the subscription');
    } finally {
      billing.sandbox.intercept(undefined);
    }
  }, 60_000);
});

describe('a renewal that failed', () => {
  test('is the first thing one sees; the bank is asked when somebody is there', async () => {
    const acme = await subscribed();
    const { browser, name, organization, people } = acme;
    await giveCard(billing, organization, 'pm_card_authenticationRequired');
    await billing.advance(32 * DAY_MS);
    await get(Subscriptions).sync(organization.id);
    const later = await browse(billing.app, people.admin);
    const seen = words(await later.get(paths.billing(name)));
    expect(seen).toContain('Your bank wants to confirm a payment of $27.00');
    expect(seen).toMatch(/The renewal of the subscription has not been paid\. Everything works until \d+ \w+ \d+/);
    const page = paths.invoice(name, await latestInvoice(acme));
    const question = await later.get(page);
    expect(words(question)).toContain('The bank wants to confirm the payment of $27.00');
    const [, intent] = /data-stripe="next"[^>]* data-secret="(pi_\w+)_secret_/.exec(question.text)!;
    expect(question.text).not.toContain('data-at-once');
    expect((await later.get(`${page}?now=yes`)).text).toContain('data-at-once="yes"');
    await billing.sandbox.settleChallenge(intent!, 'complete');
    expect((await later.get(`${page}/done`)).location).toBe(paths.billing(name));
    expect(words(await later.get(paths.billing(name)))).not.toContain('Your bank wants');
    void browser;
  });
});

describe('others', () => {
  test('see nothing of it', async () => {
    const { name, people } = await house('pm_card_visa');
    const outsider = await browse(billing.app, await person(billing.app));
    const reader = await browse(billing.app, people.read);
    expect((await outsider.get(paths.billing(name))).status).toBe(404);
    expect((await reader.get(paths.billing(name))).status).toBe(403);
    expect((await reader.get(paths.organization(name))).text).not.toContain(paths.billing(name));
  });

  test('with the role billing pay like an admin', async () => {
    const { name, organization } = await house('pm_card_visa');
    const clerk = await person(billing.app);
    await get(Members).add(TESTS, organization, clerk, 'billing');
    const seen = await (await browse(billing.app, clerk)).get(paths.subscribe(name));
    expect([seen.status, words(seen)]).toEqual([200, expect.stringContaining('See the price')]);
  });

  test('that are comped or blocked have nothing to buy', async () => {
    const { browser, name } = await house(null);
    await get(Organizations).setOverride(TESTS, name, 'comped');
    expect(words(await browser.get(paths.billing(name)))).toContain('There is nothing to pay');
    await get(Organizations).setOverride(TESTS, name, 'blocked');
    expect(words(await browser.get(paths.billing(name)))).toContain('Paying does not open it');
  });
});

test('on a server where nothing is sold there are no such pages', async () => {
  const app = await startApp({ env: { BILLING: 'off' } });
  try {
    const { name, people } = await team(app);
    const browser = await browse(app, people.admin);
    expect((await browser.get(paths.billing(name))).status).toBe(404);
    expect((await browser.get(paths.organization(name))).text).not.toContain(paths.billing(name));
  } finally {
    await app.stop();
  }
});
