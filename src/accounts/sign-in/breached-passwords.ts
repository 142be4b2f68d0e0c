/**
 * Passwords that everybody tries first. The list is that of zxcvbn (`@zxcvbn-ts/language-common`): the fifty thousand most
 * frequent ones of public breaches. It lies beside the code and nobody is asked, so that no password, nor a part of its hash,
 * leaves this machine. Who guesses online gets some twenty tries in a quarter of an hour here, so the frequent ones are what
 * counts; hundreds of millions would cost gigabytes and refuse passwords that nobody would try.
 *
 * Read on first use: it is needed only when somebody chooses a password.
 */
let loading: Promise<ReadonlySet<string>> | undefined;

const list = async (): Promise<ReadonlySet<string>> => {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].map((password) => String(password).toLowerCase()));
};

/** Also in capitals, and with a few digits or signs put behind it, which is what people do when one is refused. */
export async function isBreached(password: string): Promise<boolean> {
  const known = await (loading ??= list());
  const lower = password.toLowerCase();
  return known.has(lower) || known.has(lower.replace(/[\d\W_]{1,4}$/, '')) || /^(.)\1*$/su.test(lower);
}
