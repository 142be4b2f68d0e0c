// @ts-check
// What is typed for a card: how it is laid out, and what is wrong with it.

/** @typedef {{ code: string, message: string } | undefined} Problem */

/** @param {string} text */
export const digitsOf = (text) => text.replace(/\D/g, '');

const BRANDS = [
  { name: 'amex', starts: /^3[47]/, length: 15, cvc: 4, groups: [4, 6, 5] },
  { name: 'diners', starts: /^3(0[0-5]|[68])/, length: 14, cvc: 3, groups: [4, 6, 4] },
  { name: 'any', starts: /^/, length: 16, cvc: 3, groups: [4, 4, 4, 4] },
];

/** @param {string} number */
export const brandOf = (number) => /** @type {(typeof BRANDS)[0]} */ (BRANDS.find((one) => one.starts.test(number)));

/** @param {string} text */
export function layOutNumber(text) {
  const { groups, length } = brandOf(digitsOf(text));
  const digits = digitsOf(text).slice(0, length);
  let at = 0;
  return groups
    .map((size) => digits.slice(at, (at += size)))
    .join(' ')
    .trim();
}

/** `3` becomes `03 / `, `13` becomes `01 / 3`. @param {string} text */
export function layOutExpiry(text) {
  let digits = digitsOf(text);
  if (/^[2-9]/.test(digits) || /^1[3-9]/.test(digits)) digits = `0${digits}`;
  const [month, year] = [digits.slice(0, 2), digits.slice(2, 4)];
  return digits.length < 2 ? digits : `${month} / ${year}`;
}

/** The last digit of a card's number follows from the others. @param {string} number */
function isLuhn(number) {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** @param {string} text @returns {Problem} */
export function numberProblem(text) {
  const number = digitsOf(text);
  if (number.length < brandOf(number).length)
    return { code: 'incomplete_number', message: 'Your card number is incomplete.' };
  return isLuhn(number) ? undefined : { code: 'invalid_number', message: 'Your card number is invalid.' };
}

/** @param {string} text */
export function expiryOf(text) {
  const digits = digitsOf(text);
  return { month: Number(digits.slice(0, 2)), year: 2000 + Number(digits.slice(2, 4)) };
}

/** @param {string} text @param {Date} now @returns {Problem} */
export function expiryProblem(text, now) {
  const { month, year } = expiryOf(text);
  const [thisYear, thisMonth] = [now.getUTCFullYear(), now.getUTCMonth() + 1];
  if (digitsOf(text).length < 4)
    return { code: 'incomplete_expiry', message: 'Your card’s expiration date is incomplete.' };
  if (month < 1) return { code: 'invalid_expiry_month', message: 'Your card’s expiration date is invalid.' };
  if (year < thisYear)
    return { code: 'invalid_expiry_year_past', message: 'Your card’s expiration year is in the past.' };
  if (year > thisYear + 50) return { code: 'invalid_expiry_year', message: 'Your card’s expiration year is invalid.' };
  if (year === thisYear && month < thisMonth)
    return { code: 'invalid_expiry_month_past', message: 'Your card’s expiration date is in the past.' };
  return undefined;
}

/** @param {string} text @param {string} number @returns {Problem} */
export const cvcProblem = (text, number) =>
  digitsOf(text).length >= brandOf(digitsOf(number)).cvc
    ? undefined
    : { code: 'incomplete_cvc', message: 'Your card’s security code is incomplete.' };

/** Countries whose banks check it; elsewhere it is not asked for. */
const POSTAL_CODES = /** @type {Record<string, RegExp>} */ ({
  US: /^\d{5}(-?\d{4})?$/,
  CA: /^[a-z]\d[a-z] ?\d[a-z]\d$/i,
  GB: /^[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}$/i,
});

/** @param {string} country */
export const asksPostalCode = (country) => country in POSTAL_CODES;

/** @param {string} text @param {string} country @returns {Problem} */
export function postalProblem(text, country) {
  const form = POSTAL_CODES[country];
  if (form === undefined || form.test(text.trim())) return undefined;
  return { code: 'incomplete_zip', message: `Your ${country === 'US' ? 'ZIP' : 'postal'} code is incomplete.` };
}
