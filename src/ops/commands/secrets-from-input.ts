import { randomBytes } from 'node:crypto';
import { DomainError } from '../../platform/errors.js';
import type { Terminal } from './command-line.js';

export interface PasswordOption {
  readonly passwordStdin?: true;
}

/** No option takes the password itself: arguments are for everybody on the machine to read, and stay in shell histories. */
export const PASSWORD_OPTION = [
  '--password-stdin',
  'read the password from standard input; without it one is made and printed once',
] as const;

export interface ChosenPassword {
  readonly password: string;
  /** To be shown, since nobody knows it yet. */
  readonly generated: { password?: string };
}

export async function choosePassword({ passwordStdin }: PasswordOption, { input }: Terminal): Promise<ChosenPassword> {
  if (passwordStdin === true) return { password: await secretFromInput(input, 'password'), generated: {} };
  const password = randomBytes(15).toString('base64url');
  return { password, generated: { password } };
}

/** The first line of standard input. */
export async function secretFromInput(input: Terminal['input'], what: 'password' | 'key'): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const line = Buffer.concat(chunks).toString('utf8').split(/\r?\n/)[0]!;
  if (line === '') throw new DomainError('invalid', 'no_secret', `there is no ${what} on standard input`);
  return line;
}
