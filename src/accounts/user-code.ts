import { randomInt } from 'node:crypto';

/** Consonants only (RFC 8628 section 6.1): no words by accident, nothing that looks like a digit. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;

export const newUserCode = (): string =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** What somebody typed, as the code it must be: in either case, with dash or spaces. Null where it cannot be one. */
export function readUserCode(typed: string): string | null {
  const code = typed.replace(/[\s\p{Pd}._]/gu, '').toUpperCase();
  return code.length === LENGTH && [...code].every((letter) => LETTERS.includes(letter)) ? code : null;
}

/** As clients print it: `BCDF-GHJK`. */
export const spacedUserCode = (code: string): string => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
