import { type Frame, type Locator, type Page } from 'playwright-core';
import { eventually } from '../support/http.js';

/**
 * Where a person finds Stripe's form and the bank on a page of ours: with Stripe's own Stripe.js and with the sandbox's stand-in. All
 * that has to follow when Stripe changes its frames is here.
 */

/** Stripe puts more than one frame there; the first of this title is the one with the fields. Names and classes change. */
const FORM = '[data-stripe-fields] iframe[title="Secure payment input frame"]';
const FIELDS = { number: 'input[name="number"]', expiry: 'input[name="expiry"]', code: 'input[name="cvc"]' };
const COUNTRY = 'select[name="country"]';
/** Stripe's, the sandbox's. */
const POSTAL_CODE = 'input[name="postalCode"], input[name="postal"]';

/** The buttons of Stripe's test bank, and of the sandbox's. */
const ANSWERS = {
  Complete: '#test-source-authorize-3ds, button[name="outcome"][value="complete"]',
  Fail: '#test-source-fail-3ds, button[name="outcome"][value="fail"]',
};
export type BankAnswer = keyof typeof ANSWERS;

const PATIENCE_MS = 60_000;
const CLICK_MS = 10_000;

/** What of the form is folded away is not there yet. Typed key by key, as it shall be with real ones. */
export async function typeCardInto(page: Page, number: string): Promise<void> {
  const form = page.frameLocator(FORM).first();
  await form.locator(FIELDS.number).pressSequentially(number);
  await form.locator(FIELDS.expiry).pressSequentially('1234');
  await form.locator(FIELDS.code).pressSequentially('123');
  // Stripe guesses the country from where the machine is, and asks for a postal code where that is usual.
  const country = form.locator(COUNTRY);
  if ((await country.count()) > 0) await country.selectOption('US');
  await form.locator(POSTAL_CODE).fill('10001');
}

/** The bank's question is on the page. */
export async function bankAsksOn(page: Page): Promise<void> {
  await eventually(
    () => buttonOn(page, 'Complete'),
    (button) => button !== undefined,
    PATIENCE_MS,
  ).then(expectBank);
}

export async function answerBankOn(page: Page, answer: BankAnswer): Promise<void> {
  const press = async () => {
    const button = await buttonOn(page, answer);
    // Stripe puts its frames in place once more after they have appeared: then it is looked for again.
    return button?.click({ timeout: CLICK_MS }).then(
      () => button,
      () => undefined,
    );
  };
  expectBank(await eventually(press, (pressed) => pressed !== undefined, PATIENCE_MS));
}

function expectBank(button: Locator | undefined): void {
  if (button === undefined) throw new Error('the bank asks nothing');
}

/** Two to four frames deep at Stripe, which has changed over the years; so all are looked through. */
async function buttonOn(page: Page, answer: BankAnswer): Promise<Locator | undefined> {
  for (const frame of page.frames()) {
    const button = frame.locator(ANSWERS[answer]).first();
    if (await isSeen(frame, button)) return button;
  }
  return undefined;
}

const isSeen = async (frame: Frame, button: Locator): Promise<boolean> =>
  !frame.isDetached() && button.isVisible().catch(() => false);
