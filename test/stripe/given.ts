/** Which account of Stripe's the stories are told at, by what the environment gives. */

export interface GivenAccount {
  readonly secretKey: string;
  readonly publishableKey: string;
  /** Where its API and its Stripe.js are; undefined: where Stripe has them. */
  readonly apiUrl: string | undefined;
}

/** In place of an address: a sandbox of Stripe that is started for the run, for rehearsing. */
const SANDBOX = 'sandbox';

const NAMES = { secretKey: 'STRIPE_TEST_SECRET_KEY', publishableKey: 'STRIPE_TEST_PUBLISHABLE_KEY' } as const;
const TEST_KEYS = { secretKey: /^(sk|rk)_test_\w+$/, publishableKey: /^pk_test_\w+$/ };

export const HOW_TO = [
  'SKIPPED: no account of Stripe was given. Nothing was tried.',
  `  ${NAMES.secretKey}=sk_test_…  (or rk_test_…)`,
  `  ${NAMES.publishableKey}=pk_test_…`,
  'Both are in the dashboard of Stripe, in test mode or a sandbox: Developers, API keys. To rehearse without an account:',
  `  STRIPE_TEST_API_URL=${SANDBOX}`,
].join('\n');

/** `rehearsal`: with a sandbox that is yet to be started. Undefined: none was given. Throws, in words, for keys that may not be used. */
export function givenAccount(env: NodeJS.ProcessEnv): GivenAccount | 'rehearsal' | undefined {
  const apiUrl = env['STRIPE_TEST_API_URL'] || undefined;
  if (apiUrl === SANDBOX) return 'rehearsal';
  const [secretKey, publishableKey] = [env[NAMES.secretKey] || undefined, env[NAMES.publishableKey] || undefined];
  if (secretKey === undefined && publishableKey === undefined) return undefined;
  return {
    secretKey: testKey('secretKey', secretKey),
    publishableKey: testKey('publishableKey', publishableKey),
    apiUrl,
  };
}

/** What a key is must be seen at a glance: nothing of it is repeated. */
function testKey(which: keyof typeof NAMES, key: string | undefined): string {
  const name = NAMES[which];
  if (key === undefined) throw new Error(`${name} is missing: both keys of the account are needed.`);
  if (key.includes('_live_'))
    throw new Error(
      `${name} is a key of live mode. These stories buy and cancel; they are told with keys of test mode only.`,
    );
  if (!TEST_KEYS[which].test(key)) throw new Error(`${name} is no key of test mode (${String(TEST_KEYS[which])}).`);
  return key;
}
