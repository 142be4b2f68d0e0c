import { type TestProject } from 'vitest/node';
import { StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';
import databases from '../support/global-setup.js';
import { type GivenAccount, givenAccount, HOW_TO } from './given.js';

declare module 'vitest' {
  interface ProvidedContext {
    stripeAccount: GivenAccount;
  }
}

/** The databases, and the account: the one that is given, or for a rehearsal a sandbox in this process, which is not the product's. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = givenOrEnd();
  const sandbox = given === 'rehearsal' ? await StripeSandbox.start() : undefined;
  project.provide('stripeAccount', given === 'rehearsal' ? accountOf(sandbox!) : given);
  const stopDatabases = await databases(project);
  return async () => {
    await stopDatabases();
    if (sandbox !== undefined) await close(sandbox);
  };
}

/** Before anything is started. Nobody has failed who has no account; who gives a wrong key is told so. */
function givenOrEnd(): GivenAccount | 'rehearsal' {
  try {
    return givenAccount(process.env) ?? end(HOW_TO, 0);
  } catch (error) {
    return end((error as Error).message, 1);
  }
}

function end(words: string, code: number): never {
  console.error(words);
  process.exit(code);
}

function accountOf({ secretKey, publishableKey, url: apiUrl }: StripeSandbox): GivenAccount {
  console.log(`\nRehearsal: the account is a sandbox at ${apiUrl}, in another process than the product.\n`);
  return { secretKey, publishableKey, apiUrl };
}

/** A rehearsal can look behind the account's counter, whether everything was really removed. */
async function close(sandbox: StripeSandbox): Promise<void> {
  const left = [...sandbox.objects('customer'), ...sandbox.objects('test_helpers.test_clock')].map(({ id }) => id);
  await sandbox.stop();
  if (left.length > 0) throw new Error(`left at Stripe: ${left.join(', ')}`);
  console.log('Rehearsal: no customer and no test clock is left in the sandbox.');
}
