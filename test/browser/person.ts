import { type Page } from 'playwright-core';
import { expect } from 'vitest';
import { type TestApp } from '../support/app.js';
import { type Browsers, type Profile } from '../support/browser.js';
import { mailTo } from '../support/mailbox.js';
import { PASSWORD, person } from '../support/people.js';
import { logIn } from '../support/world.js';

export const PASSPHRASE = 'seven bees on a lamp';

/** Somebody at a browser of their own, who knows the site by what stands on its buttons. */
export class Person {
  password = PASSPHRASE;

  constructor(
    readonly test: TestApp,
    readonly profile: Profile,
    readonly name: string,
    readonly email = `${name}@example.org`,
  ) {}

  get page(): Page {
    return this.profile.page;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(path);
  }

  async fill(label: string, value: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async press(label: string): Promise<void> {
    await this.page.getByRole('button', { name: label, exact: true }).click();
  }

  async follow(label: string): Promise<void> {
    await this.page.getByRole('link', { name: label, exact: true }).first().click();
  }

  /** Opens what is folded away behind these words. */
  async unfold(label: string): Promise<void> {
    await this.page.locator('summary', { hasText: label }).first().click();
  }

  async sees(words: string | RegExp): Promise<void> {
    await this.page.getByText(words).first().waitFor();
  }

  async seesTitle(title: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  }

  path(): string {
    return new URL(this.page.url()).pathname;
  }

  /** Opens the link of the newest mail about something. */
  async openMail(about: RegExp): Promise<void> {
    await this.open((await mailTo(this.test, this.email, about)).link);
  }

  async chooseNameAndPassword(button = 'Create account'): Promise<void> {
    await this.fill('User name', this.name);
    await this.fill('Password', this.password);
    await this.press(button);
  }

  /** Has an account and is logged in to it, without the forms: one test goes through those. */
  async hasAccount(): Promise<void> {
    this.password = PASSWORD;
    await logIn(this.test, this.profile, await person(this.test, this.name));
  }

  async logOut(): Promise<void> {
    await this.page.locator('.menu summary').click();
    await this.press('Log out');
    await this.page.getByRole('link', { name: 'Log in', exact: true }).first().waitFor();
  }

  /** The first step of logging in. */
  async givePassword(): Promise<void> {
    await this.open('/login');
    await this.fill('User name or e-mail address', this.name);
    await this.fill('Password', this.password);
    await this.press('Log in');
  }

  async isLoggedIn(): Promise<void> {
    await this.page.locator('.menu summary', { hasText: `Account of ${this.name}` }).waitFor();
  }
}

let number = 0;
/** Somebody new, in a browser that nobody has used. */
export async function newPerson(test: TestApp, browsers: Browsers, kind: string): Promise<Person> {
  expect(kind).toMatch(/^[a-z]+$/);
  return new Person(test, await browsers.newProfile(test.url), `${kind}${(number += 1)}`);
}
