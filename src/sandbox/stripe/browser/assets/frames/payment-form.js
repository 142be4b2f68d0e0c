// @ts-check
// The fields of the Payment Element: laid out as one types, checked when one is asked for it.

/** @import { StripeError } from '@stripe/stripe-js' */
/** @import { Problem } from './card.js' */

import * as card from './card.js';

const form = /** @type {HTMLFormElement} */ (document.querySelector('form'));

/** By the sandbox's clock, which may have been moved. */
const now = new Date(form.dataset['now'] ?? Date.now());

/** @param {string} name */
const input = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
const [number, expiry, cvc, country, postal] = /** @type {const} */ ([
  ...[input('number'), input('expiry'), input('cvc'), input('country'), input('postal')],
]);

/** Fields that the site fills in by itself are not asked for. */
const asked = { country: true, postal: true };

/** @type {[HTMLInputElement, () => Problem][]} */
const checks = [
  [number, () => card.numberProblem(number.value)],
  [expiry, () => card.expiryProblem(expiry.value, now)],
  [cvc, () => card.cvcProblem(cvc.value, number.value)],
  [postal, () => (asked.postal ? card.postalProblem(postal.value, country.value) : undefined)],
];

/** @param {HTMLInputElement} field @param {Problem} problem */
function show(field, problem) {
  const place = document.getElementById(`${field.id}-problem`);
  if (place) place.textContent = problem?.message ?? '';
  if (problem) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
}

/** Shows what is wrong beside each field and goes to the first. @returns {StripeError | undefined} */
export function firstProblem() {
  const found = checks.map(([field, check]) => ({ field, problem: check() }));
  for (const { field, problem } of found) show(field, problem);
  const first = found.find(({ problem }) => problem !== undefined);
  first?.field.focus();
  return first?.problem && { type: 'validation_error', ...first.problem };
}

/** What the site is told of a change: never the card itself. */
export const state = () => ({
  empty: [number, expiry, cvc].every(({ value }) => value === ''),
  complete: checks.every(([, check]) => check() === undefined),
  collapsed: false,
  value: {
    type: 'card',
    billingDetails: { address: { country: country.value, postalCode: postal.value || null } },
  },
});

/** `payment_method_data` for the API, over what the site knows already. @param {any} given */
export function paymentMethodData(given = {}) {
  const { month, year } = card.expiryOf(expiry.value);
  const address = {
    ...given.billing_details?.address,
    ...(asked.country && { country: country.value }),
    ...(asked.postal && card.asksPostalCode(country.value) && { postal_code: postal.value.trim() }),
  };
  return {
    ...{ ...given, type: 'card', billing_details: { ...given.billing_details, address } },
    card: { number: card.digitsOf(number.value), exp_month: month, exp_year: year, cvc: cvc.value },
  };
}

function dressCountry() {
  /** @type {HTMLElement} */ (country.closest('.field')).hidden = !asked.country;
  /** @type {HTMLElement} */ (postal.closest('.field')).hidden = !asked.postal || !card.asksPostalCode(country.value);
  const label = document.querySelector('label[for=postal]');
  if (label) label.textContent = country.value === 'US' ? 'ZIP code' : 'Postal code';
}

/** @param {import('@stripe/stripe-js').StripePaymentElementOptions} options */
export function dressForm({ fields, readOnly }) {
  const billing = fields?.billingDetails;
  const address = typeof billing === 'object' ? billing.address : billing;
  const never = typeof address === 'object' ? address : { country: address, postalCode: address };
  Object.assign(asked, { country: never.country !== 'never', postal: never.postalCode !== 'never' });
  for (const field of [number, expiry, cvc, postal]) field.readOnly = readOnly ?? false;
  dressCountry();
}

/** @param {import('@stripe/stripe-js').StripePaymentElementOptions} options */
export function prefill({ defaultValues }) {
  const { country: ofCountry, postal_code: code } = defaultValues?.billingDetails?.address ?? {};
  if (ofCountry) country.value = ofCountry;
  if (code) postal.value = code;
}

/** @param {HTMLInputElement} field @param {(text: string) => string} layOut */
function keepLaidOut(field, layOut) {
  const atEnd = field.selectionStart === field.value.length;
  const laidOut = layOut(field.value);
  if (laidOut === field.value) return;
  field.value = laidOut;
  if (atEnd) field.setSelectionRange(laidOut.length, laidOut.length);
}

/** @param {() => void} tellChange */
export function watchForm(tellChange) {
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', ({ target }) => {
    if (target === number) keepLaidOut(number, card.layOutNumber);
    if (target === expiry) keepLaidOut(expiry, card.layOutExpiry);
    if (target === cvc)
      keepLaidOut(cvc, (text) => card.digitsOf(text).slice(0, card.brandOf(card.digitsOf(number.value)).cvc));
    if (target === country) dressCountry();
    for (const [field, check] of checks) if (field.hasAttribute('aria-invalid')) show(field, check());
    tellChange();
  });
  // A field that was left half filled says so; one that was passed by says nothing yet.
  form.addEventListener('focusout', ({ target }) => {
    const left = checks.find(([field]) => field === target);
    if (left && left[0].value !== '') show(left[0], left[1]());
  });
  for (const button of document.querySelectorAll('button[data-card]'))
    button.addEventListener('click', () => fill(/** @type {HTMLElement} */ (button).dataset['card'] ?? '', tellChange));
}

/** A test card, with whatever else a test card needs. @param {string} digits @param {() => void} tellChange */
function fill(digits, tellChange) {
  number.value = card.layOutNumber(digits);
  expiry.value = `12 / ${String(now.getUTCFullYear() + 3).slice(2)}`;
  cvc.value = '123';
  if (country.value === 'US' && postal.value === '') postal.value = '10001';
  if (country.value === 'CA' && postal.value === '') postal.value = 'K1A 0B1';
  if (country.value === 'GB' && postal.value === '') postal.value = 'SW1A 1AA';
  for (const [field] of checks) show(field, undefined);
  tellChange();
}

export const clear = () => [number, expiry, cvc, postal].forEach((field) => (field.value = ''));
export const focus = () => number.focus();
/** While the card is on its way. @param {boolean} isSending */
export const hold = (isSending) => (form.inert = isSending);
