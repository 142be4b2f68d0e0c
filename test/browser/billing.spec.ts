import { describe, expect, test } from 'vitest';
import { BillingJobs } from '../../src/billing/billing.jobs.js';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { paths } from '../../src/platform/paths.js';
import { dayOf } from '../../src/web/components/when.js';
import { tooWide } from '../support/axe.js';
import { actor, payer, useBilling } from '../support/billing.js';
import { hasChromium, useBrowser } from '../support/browser.js';
import { mailTo } from '../support/mailbox.js';
import { PASSWORD, person, TESTS } from '../support/people.js';
import { PHONE } from '../support/visiting.js';
import { logIn } from '../support/world.js';
import { newPayer, type Payer } from './payer.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

describe.skipIf(!hasChromium())('people and their money', () => {
  // The grace ends while Stripe still tries the card: only then is there a stopped organization with an invoice to pay.
  const billing = useBilling({ env: { GRACE_DAYS: '10' } });
  const browsers = useBrowser();

  /** What `npm start` does when the sandbox's clock is moved. */
  async function pass(ms: number): Promise<void> {
    await billing.advance(ms);
    await billing.app.app.get(BillingJobs).hourly();
  }

  /** Logged in, admin of an organization with two seats that a good card pays. */
  async function subscribed(): Promise<Payer> {
    const one = await newPayer(billing, browsers);
    one.password = PASSWORD;
    const user = await person(billing.app, one.name);
    await billing.app.app.get(Organizations).create(TESTS, one.organization, user);
    const organization = await payer(billing, one.organization, 'pm_card_visa');
    const wanted = { plan: 'monthly', seats: 2, code: null } as const;
    const draft = await billing.app.app.get(Checkout).draft(actor, organization, wanted);
    await billing.app.app.get(Changes).confirm(actor, organization, draft.id);
    await logIn(billing.app, one.profile, user);
    return one;
  }

  test('seats follow the money, whether the bank is told yes, no, or nothing', async () => {
    const kim = await newPayer(billing, browsers);
    await kim.hasAccount();
    await kim.open('/orgs');
    await kim.follow('New organization');
    await kim.fill('Name', kim.organization);
    await kim.press('Create organization');
    await kim.follow('Billing');
    await kim.follow('Subscribe');
    await kim.sees('First, who shall the invoices be made out to?');
    await kim.fill('Name', 'Hive Ltd');
    await kim.fill('E-mail for invoices', kim.email);
    await kim.fill('Address', '1 Hive Road');
    await kim.fill('Postal code', '97201');
    await kim.fill('City', 'Portland');
    await kim.press('Save details');
    await kim.sees('The billing details have been saved.');
    await kim.givesCard('4000002500003155', { asked: true });

    await kim.follow('Subscribe');
    await kim.fill('Seats', '2');
    const started = await kim.offered();
    await kim.page.getByRole('button', { name: `Pay ${started}` }).dblclick();
    await kim.answerBank('Complete');
    await kim.isTold(`${started} has been paid.`);
    await kim.sees(/^active$/);
    expect([await kim.seats(), await kim.charged()]).toEqual([2, [started]]);

    await kim.givesCard('4000002760003184', { asked: true });
    const added = await kim.buysSeats(4);
    await kim.answerBank('Complete');
    await kim.isTold(`${added} has been paid.`);
    expect([await kim.seats(), await kim.charged()]).toEqual([4, [started, added]]);

    const refused = await kim.buysSeats(6);
    await kim.answerBank('Fail');
    await kim.sees(/Nothing was charged\./);
    const invoice = kim.path();
    expect([await kim.seats(), await kim.charged()]).toEqual([4, [started, added]]);
    await kim.open(invoice);
    await kim.page.getByRole('button', { name: `Pay ${refused}`, exact: true }).waitFor();
    await kim.unfold('Abandon');
    await kim.press('Abandon');
    await kim.isTold('It has been abandoned. Nothing was charged.');
    expect(await kim.seats()).toBe(4);

    const more = await kim.buysSeats(7);
    await kim.bank.getByRole('button', { name: 'Complete authentication' }).waitFor();
    await kim.changesTab();
    expect([await kim.seats(), await kim.charged()]).toEqual([4, [started, added]]);
    await kim.sees(`Your bank wants to confirm a payment of ${more}`);
    await kim.follow('Authenticate payment');
    await kim.press('Authenticate payment');
    await kim.answerBank('Complete');
    await kim.isTold(`${more} has been paid.`);
    expect([await kim.seats(), await kim.charged()]).toEqual([7, [started, added, more]]);
  }, 180_000);

  test('a renewal that is declined: told by mail, walked down the ladder, paid from the mail', async () => {
    const lea = await subscribed();
    await lea.givesCard('4000000000000341', { asked: false });
    // The card is charged an hour after the period's end.
    await pass((await lea.periodEnd()).getTime() + 2 * HOUR_MS - billing.sandbox.now().getTime());
    const mail = await mailTo(billing.app, lea.email, /^A payment for .* failed$/);
    await lea.profile.context.clearCookies();
    await lea.givePassword();
    await lea.isLoggedIn();
    await lea.open(paths.organization(lea.organization));
    await lea.sees('The last payment failed');
    await lea.follow('Pay the open invoice');
    await lea.sees('$18.00 to be paid');
    await lea.sees(/^past due$/);

    for (const days of [3, 5]) {
      await pass(days * DAY_MS);
      await mailTo(billing.app, lea.email, /^A payment for .* failed$/);
    }
    await lea.open(paths.billing(lea.organization));
    await lea.sees(/^past due$/);
    await pass(2 * DAY_MS);
    await lea.open(paths.organization(lea.organization));
    await lea.sees('Publishing has stopped');
    await lea.open(paths.billing(lea.organization));
    await lea.sees(/^publishing stopped$/);
    expect(await lea.charged()).toEqual(['$18.00']);

    await lea.open(mail.link);
    await lea.sees(`$18.00 is to be paid for ${lea.organization}`);
    await lea.unfold('Pay with another card');
    await lea.typeCard('4242424242424242');
    await lea.page.locator('details[open]').getByRole('button', { name: 'Pay $18.00' }).click();
    await lea.isTold('$18.00 has been paid.');
    await lea.sees(/^active$/);
    expect([await lea.seats(), await lea.charged()]).toEqual([2, ['$18.00', '$18.00']]);
  }, 180_000);

  test('on a phone: canceled, resumed, and the invoices taken along', async () => {
    const mo = await subscribed();
    const fits = async () => expect(await tooWide(mo.page)).toEqual([]);
    await mo.page.setViewportSize(PHONE);
    await mo.open(paths.billing(mo.organization));
    await fits();
    const end = dayOf(await mo.periodEnd());
    await mo.follow('Cancel the subscription');
    await mo.sees(`Until ${end} everything works as now`);
    await fits();
    await mo.press('Cancel the subscription');
    await mo.isTold('The subscription has been canceled.');
    await mo.sees(`ends on ${end}`);
    await fits();
    await mo.press('Resume the subscription');
    await mo.isTold('The subscription goes on.');
    await mo.sees(`Next payment on ${end}`);
    expect(await mo.downloads('Download all')).toEqual({
      name: `${mo.organization}-invoices.zip`,
      start: 'PK\u0003\u0004',
    });
    await mo.page.locator('#invoices tbody a').first().click();
    await mo.page.getByRole('heading', { level: 1, name: /^Invoice / }).waitFor();
    await fits();
    expect(await mo.downloads('Download PDF')).toEqual({ name: expect.stringMatching(/\.pdf$/), start: '%PDF' });
    expect(await mo.charged()).toEqual(['$18.00']);
  }, 120_000);
});
