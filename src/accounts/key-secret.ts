import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The text of an API key: `prp_`, 32 random letters and digits (190 bits), and 6 that are their CRC-32. The prefix lets
 * secret scanners recognise a leaked key, the checksum lets them (and us) tell a key from noise without asking a database.
 */
const PREFIX = 'prp_';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BODY = 32;
const CHECK = 6;

/** For secret scanners: `docs/operations.md` gives it to operators. */
export const KEY_PATTERN = new RegExp(`^${PREFIX}[0-9A-Za-z]{${BODY + CHECK}}$`);

export function newKeySecret(): string {
  const body = Array.from({ length: BODY }, () => DIGITS[randomInt(DIGITS.length)]).join('');
  return PREFIX + body + checksum(body);
}

/** Looks like one of our keys and its checksum fits. Says nothing about whether it exists. */
export function isKeySecret(text: string): boolean {
  if (!KEY_PATTERN.test(text)) return false;
  const body = text.slice(PREFIX.length, PREFIX.length + BODY);
  return text.endsWith(checksum(body));
}

function checksum(body: string): string {
  let rest = crc32(PREFIX + body);
  let digits = '';
  for (let i = 0; i < CHECK; i += 1) {
    digits = DIGITS[rest % 62]! + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
