import { readFile } from 'node:fs/promises';
import { type Page } from 'playwright-core';
import { paths } from '../../src/platform/paths.js';
import { Person } from '../browser/person.js';
import { type Browsers, type Profile } from '../support/browser.js';
import { unique } from '../support/people.js';
import { type Shop } from './account.js';
import { answerBankOn, type BankAnswer, bankAsksOn, typeCardInto } from './frames.js';
import { customerOf } from './shop.js';

/** Somebody who pays for an organization, with a bank that asks questions. */
export class Payer extends Person {
  constructor(
    readonly shop: Shop,
    profile: Profile,
    name: string,
    readonly organization: string,
  ) {
    super(shop.app, profile, name);
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

  typeCard(number: string): Promise<void> {
    return typeCardInto(this.page, number);
  }

  bankAsks(): Promise<void> {
    return bankAsksOn(this.page);
  }

  answerBank(answer: BankAnswer): Promise<void> {
    return answerBankOn(this.page, answer);
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
    const taken = await this.shop.account.charged(await this.customer());
    return taken.map((cents) => `$${(cents / 100).toFixed(2)}`);
  }

  /** When the running period ends by the same books. */
  async periodEnd(): Promise<Date> {
    return (await this.shop.account.subscription(await this.customer())).periodEnd;
  }

  customer(): Promise<string> {
    return customerOf(this.shop, this.organization);
  }
}

/** Somebody new in a browser that nobody has used, and the name of an organization that nobody has. */
export async function newPayer(shop: Shop, browsers: Browsers): Promise<Payer> {
  const profile = await browsers.newProfile(shop.app.url, { acceptDownloads: true, locale: 'en-US' });
  shop.account.expected.forEach((complaint) => profile.expects(complaint));
  return new Payer(shop, profile, unique('payer'), unique('hive'));
}
