import { readFile } from 'node:fs/promises';
import { type FrameLocator, type Page } from 'playwright-core';
import { Customers } from '../../src/billing/customers.js';
import { Organizations } from '../../src/organizations/organizations.js';
import { paths } from '../../src/platform/paths.js';
import { type Objects } from '../../src/sandbox/stripe/objects.js';
import { type BillingApp } from '../support/billing.js';
import { type Browsers, type Profile } from '../support/browser.js';
import { unique } from '../support/people.js';
import { Person } from './person.js';

/** Somebody who pays for an organization, with a bank that asks questions. */
export class Payer extends Person {
  constructor(
    readonly billing: BillingApp,
    profile: Profile,
    name: string,
    readonly organization: string,
  ) {
    super(billing.app, profile, name);
  }

  private shown: Page | undefined;

  override get page(): Page {
    return this.shown ?? this.profile.page;
  }

  /** Closes the page in the middle of whatever it does, and goes on in another. */
  async changesTab(): Promise<void> {
    const { page } = this;
    this.shown = await this.profile.newPage();
    await page.close();
  }

  /** The number is typed into Stripe's frame; what of the form is folded away is not there yet. */
  async typeCard(number: string): Promise<void> {
    const fields = this.page.frameLocator('[data-stripe-fields] iframe');
    await fields.getByLabel('Card number').pressSequentially(number);
    await fields.getByLabel('Expiration date').pressSequentially('1234');
    await fields.getByLabel('Security code').pressSequentially('123');
    await fields.getByLabel('ZIP code').fill('10001');
  }

  /** The bank's window over the page. */
  get bank(): FrameLocator {
    return this.page.frameLocator('dialog iframe');
  }

  async answerBank(answer: 'Complete' | 'Fail'): Promise<void> {
    await this.bank.getByRole('button', { name: `${answer} authentication` }).click();
  }

  /** On the page of billing, which says this. */
  async isTold(words: string | RegExp): Promise<void> {
    await this.page.waitForURL(`**${paths.billing(this.organization)}`);
    await this.sees(words);
  }

  async givesCard(number: string, { asked }: { asked: boolean }): Promise<void> {
    await this.open(paths.billingCard(this.organization));
    await this.typeCard(number);
    // As people do who wait.
    await this.page.getByRole('button', { name: 'Save card' }).dblclick();
    if (asked) await this.answerBank('Complete');
    await this.isTold(`Visa ending in ${number.slice(-4)} is charged from now on.`);
  }

  /** Up to the button that agrees; returns the price on it and above it, which is one. */
  async offered(): Promise<string> {
    await this.press('See the price');
    const price = await this.page.locator('.sum-total dd').innerText();
    await this.page.getByRole('button', { name: `Pay ${price}`, exact: true }).waitFor();
    return price;
  }

  /** Agrees to so many seats; what follows is between the person and the bank. */
  async buysSeats(seats: number): Promise<string> {
    await this.open(paths.seats(this.organization));
    await this.fill('Seats from now on', String(seats));
    const price = await this.offered();
    await this.press(`Pay ${price}`);
    return price;
  }

  /** Seats paid for, as the page of billing says it. */
  async seats(): Promise<number> {
    await this.open(paths.billing(this.organization));
    const figure = this.page.locator('.figure', { hasText: /seats? paid for/ });
    return Number(await figure.locator('strong').innerText());
  }

  /** The first bytes of a file that a link gives, and its name. */
  async downloads(link: string): Promise<{ name: string; start: string }> {
    const [file] = await Promise.all([this.page.waitForEvent('download'), this.follow(link)]);
    const start = (await readFile(await file.path())).subarray(0, 4).toString('latin1');
    return { name: file.suggestedFilename(), start };
  }

  /** What was taken from the organization's cards by Stripe's own books, in dollars, the oldest first. */
  async charged(): Promise<string[]> {
    const theirs = await this.objects('charge');
    const taken = theirs.filter(({ status }) => status === 'succeeded').toReversed();
    return taken.map(({ amount_captured: cents }) => `$${(cents / 100).toFixed(2)}`);
  }

  /** When the running period ends by the same books. */
  async periodEnd(): Promise<Date> {
    const [subscription] = await this.objects('subscription');
    return new Date(subscription!.items.data[0]!.current_period_end * 1000);
  }

  private async objects<K extends 'charge' | 'subscription'>(kind: K): Promise<Objects[K][]> {
    const { app, sandbox } = this.billing;
    const { id } = await app.app.get(Organizations).named(this.organization);
    const { stripeId } = await app.app.get(Customers).ready(id);
    return sandbox.objects(kind).filter(({ customer }) => customer === stripeId);
  }
}

/** Somebody new in a browser that nobody has used, and the name of an organization that nobody has. */
export async function newPayer(billing: BillingApp, browsers: Browsers): Promise<Payer> {
  const profile = await browsers.newProfile(billing.app.url, { acceptDownloads: true });
  // Stripe's frames, and what they load.
  profile.expects(new RegExp(`^asked somebody else: ${billing.sandbox.url}/`));
  return new Payer(billing, profile, unique('payer'), unique('hive'));
}
