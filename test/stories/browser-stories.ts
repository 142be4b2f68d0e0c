import { expect } from 'vitest';
import { Changes } from '../../src/billing/changes.js';
import { Checkout } from '../../src/billing/checkout.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { paths } from '../../src/platform/paths.js';
import { dayOf } from '../../src/web/components/when.js';
import { tooWide } from '../support/axe.js';
import { actor } from '../support/billing.js';
import { type Browsers } from '../support/browser.js';
import { mailTo } from '../support/mailbox.js';
import { PASSWORD, person, TESTS } from '../support/people.js';
import { PHONE } from '../support/visiting.js';
import { logIn } from '../support/world.js';
import { type Shop } from './account.js';
import { newPayer, type Payer } from './payer.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, pass, payerIn } from './shop.js';

/** People at the site, and their money, at whichever account of Stripe's. */

/** Shorter than Stripe tries a card for: only then is there a stopped organization with an invoice to pay. */
export const GRACE_DAYS = 10;

/** To some time after that moment. */
async function until(shop: Shop, time: Date, after: number): Promise<void> {
  await pass(shop, time.getTime() + after - shop.account.now().getTime());
}

/** Logged in, admin of an organization with two seats that a good card pays. */
async function subscribed(shop: Shop, browsers: Browsers): Promise<Payer> {
  const one = await newPayer(shop, browsers);
  one.password = PASSWORD;
  const user = await person(shop.app, one.name);
  await shop.app.app.get(Organizations).create(TESTS, one.organization, user);
  const organization = await payerIn(shop, one.organization, 'pm_card_visa');
  const wanted = { plan: 'monthly', seats: 2, code: null } as const;
  const draft = await shop.app.app.get(Checkout).draft(actor, organization, wanted);
  await shop.app.app.get(Changes).confirm(actor, organization, draft.id);
  await logIn(shop.app, one.profile, user);
  return one;
}

/** When Stripe tries the card again. */
async function nextTry(one: Payer): Promise<Date | null> {
  return (await one.shop.account.owed(await one.customer()))?.nextTryAt ?? null;
}

/** Seats follow the money, whether the bank is told yes, no, or nothing. */
export async function seatsFollowTheMoney(shop: Shop, browsers: Browsers): Promise<void> {
  await shop.account.begin();
  const kim = await newPayer(shop, browsers);
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

  await pass(shop, 10 * MINUTE_MS);
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
  await kim.bankAsks();
  await kim.changesTab();
  expect([await kim.seats(), await kim.charged()]).toEqual([4, [started, added]]);
  await kim.sees(`Your bank wants to confirm a payment of ${more}`);
  await kim.follow('Authenticate payment');
  await kim.press('Authenticate payment');
  await kim.answerBank('Complete');
  await kim.isTold(`${more} has been paid.`);
  expect([await kim.seats(), await kim.charged()]).toEqual([7, [started, added, more]]);
}

/** A renewal that is declined: told by mail, walked down the ladder, paid from the mail. Answers how often Stripe tried again. */
export async function declinedAndPaidFromTheMail(shop: Shop, browsers: Browsers): Promise<number> {
  await shop.account.begin();
  const lea = await subscribed(shop, browsers);
  await lea.givesCard('4000000000000341', { asked: false });
  // The card is charged an hour after the period's end.
  const due = await lea.periodEnd();
  await until(shop, due, 2 * HOUR_MS);
  const mail = await mailTo(shop.app, lea.email, /^A payment for .* failed$/);
  await lea.profile.context.clearCookies();
  await lea.givePassword();
  await lea.isLoggedIn();
  await lea.open(paths.organization(lea.organization));
  await lea.sees('The last payment failed');
  await lea.follow('Pay the open invoice');
  await lea.sees('$18.00 to be paid');
  await lea.sees(/^past due$/);

  const graceEnd = new Date(due.getTime() + GRACE_DAYS * DAY_MS);
  let retries = 0;
  for (let next = await nextTry(lea); next !== null && next < graceEnd; next = await nextTry(lea)) {
    await until(shop, next, HOUR_MS);
    await mailTo(shop.app, lea.email, /^A payment for .* failed$/);
    retries += 1;
  }
  await lea.open(paths.billing(lea.organization));
  await lea.sees(/^past due$/);
  await until(shop, graceEnd, HOUR_MS);
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
  return retries;
}

/** On a phone: canceled, resumed, and the invoices taken along. */
export async function canceledAndResumed(shop: Shop, browsers: Browsers): Promise<void> {
  await shop.account.begin();
  const mo = await subscribed(shop, browsers);
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
}
