import { type Origin } from '../../audit/actor.js';
import { type Letter } from '../../platform/mail/letter.js';
import { deviceOf } from '../devices.js';
import { placeOf } from '../places.js';

/** Whose account a mail is about, and where things can be put right. Addresses are whole URLs. */
export interface About {
  readonly name: string;
  readonly securityUrl: string;
  readonly resetUrl: string;
}

/** From where and when something was done. */
export interface Circumstances {
  readonly origin: Origin;
  readonly at: Date;
}

const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
const circumstances = ({ origin, at }: Circumstances): NonNullable<Letter['facts']> => [
  ['Device', deviceOf(origin.userAgent)],
  ['Place', origin.ip === undefined ? placeOf(null) : `${placeOf(origin.ip)} (${origin.ip})`],
  ['Time', `${when.format(at)} UTC`],
];

const dueTo = (name: string) => `You get this mail because it is about the security of your account ${name}.`;
const NOT_YOU = 'If this was you, there is nothing to do.';
const notYou = ({ resetUrl }: About) =>
  `If it was not, set a new password at once, which also ends all sessions: ${resetUrl}`;

/** The shape of most of them: what has happened, from where, and what to do if it was somebody else. */
const changed = (
  subject: string,
  sentence: string,
  about: About,
  from: Circumstances,
  more: string[] = [],
): Letter => ({
  ...{ subject, paragraphs: [sentence, ...more], facts: circumstances(from) },
  action: { label: 'Look at your security settings', url: about.securityUrl },
  afterwards: [NOT_YOU, notYou(about)],
  because: dueTo(about.name),
});

/** `name`: what they have asked for, where a program asked for them. */
export const signUpLetter = (url: string, name?: string): Letter => ({
  subject: 'Finish signing up',
  paragraphs:
    name === undefined
      ? ['Welcome. Choose a user name and a password to finish your account:']
      : [
          `Welcome. You have asked for an account with the user name ${name}.`,
          'Nothing has been made of it yet: type your password once more, on our page, to finish your account:',
        ],
  action: { label: 'Finish signing up', url },
  afterwards: ['The link works once and for 24 hours.'],
  because:
    'You get this mail because somebody entered this address to sign up. If it was not you, ignore it: nothing happens.',
});

export const alreadySignedUpLetter = (name: string, loginUrl: string, resetUrl: string): Letter => ({
  subject: 'You already have an account',
  paragraphs: [
    `Somebody, probably you, entered this address to sign up. It already belongs to the account ${name}.`,
    'There is no need for a second one:',
  ],
  action: { label: 'Log in', url: loginUrl },
  afterwards: [`If you have forgotten the password, set a new one: ${resetUrl}`],
  because:
    'You get this mail because somebody entered this address to sign up. If it was not you, ignore it: nothing happens.',
});

export const verifyEmailLetter = (name: string, url: string): Letter => ({
  subject: 'Confirm your e-mail address',
  paragraphs: [`The account ${name} wants to use this address. Confirm that it is yours:`],
  action: { label: 'Confirm this address', url },
  afterwards: ['The link works once and for 24 hours.'],
  because:
    'You get this mail because somebody added this address to an account. If it was not you, ignore it: nothing happens.',
});

export const passwordResetLetter = (name: string, url: string, from: Circumstances): Letter => ({
  subject: 'Set a new password',
  paragraphs: [`Somebody, probably you, asked for a new password for the account ${name}.`],
  action: { label: 'Set a new password', url },
  facts: circumstances(from),
  afterwards: [
    'The link works once and for one hour. If it was not you, ignore this mail: your password stays as it is.',
  ],
  because: dueTo(name),
});

export const passwordChangedLetter = (about: About, from: Circumstances, ended: number, keys: number): Letter => {
  const more = [
    ended === 0 ? '' : `Sessions that were ended by it: ${ended}.`,
    keys === 0 ? '' : `API keys that were revoked with it: ${keys}.`,
  ].filter((line) => line !== '');
  return changed(
    'Your password was changed',
    `The password of your account ${about.name} was changed.`,
    about,
    from,
    more,
  );
};

export const newLoginLetter = (about: About, from: Circumstances, sessionsUrl: string): Letter => ({
  subject: 'New login to your account',
  paragraphs: [
    `Somebody logged in to your account ${about.name} from a device or a place that it was not used from lately.`,
  ],
  facts: circumstances(from),
  action: { label: 'Look at your sessions', url: sessionsUrl },
  afterwards: [NOT_YOU, notYou(about)],
  because: dueTo(about.name),
});

export const totpLetter = (about: About, from: Circumstances, isOn: boolean): Letter =>
  isOn
    ? changed(
        'Two-factor authentication is on',
        'An authenticator app was set up for your account; logging in now takes a code.',
        about,
        from,
      )
    : changed('The authenticator app was removed', 'The authenticator app was removed from your account.', about, from);

export const passkeyLetter = (about: About, from: Circumstances, passkey: string, isNew: boolean): Letter =>
  isNew
    ? changed('A passkey was added', `The passkey “${passkey}” can now be used to log in to your account.`, about, from)
    : changed('A passkey was removed', `The passkey “${passkey}” was removed from your account.`, about, from);

export const recoveryCodesLetter = (about: About, from: Circumstances): Letter =>
  changed(
    'New recovery codes',
    'New recovery codes were made for your account; the earlier ones do not work any more.',
    about,
    from,
  );

export const recoveryCodeUsedLetter = (about: About, from: Circumstances, left: number): Letter =>
  changed('A recovery code was used', 'One of the recovery codes of your account was used.', about, from, [
    left === 0 ? 'It was the last one: make new ones soon.' : `${left} of them ${left === 1 ? 'is' : 'are'} left.`,
  ]);

export const emailLetter = (about: About, from: Circumstances, address: string, isNew: boolean): Letter =>
  isNew
    ? changed('An e-mail address was added', `The address ${address} was confirmed for your account.`, about, from)
    : changed('An e-mail address was removed', `The address ${address} was removed from your account.`, about, from);

/** To the old address and to the new one. */
export const primaryChangedLetter = (about: About, from: Circumstances, before: string, after: string): Letter =>
  changed(
    'Your primary e-mail address has changed',
    `Mails about your account ${about.name} now go to ${after} and no longer to ${before}.`,
    about,
    from,
  );

export interface CreatedKey {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly expiresAt: Date | null;
}

export const keyCreatedLetter = (about: About, from: Circumstances, key: CreatedKey, keysUrl: string): Letter => ({
  subject: `A new API key: ${key.name}`,
  paragraphs: [`The API key “${key.name}” was made for your account ${about.name}.`],
  facts: [
    ['May', key.permissions.join(', ') || 'nothing'],
    ['Ends', key.expiresAt === null ? 'not by itself' : `${when.format(key.expiresAt)} UTC`],
    ...circumstances(from),
  ],
  action: { label: 'Look at your keys', url: keysUrl },
  afterwards: ['If you did not make it, revoke it there and set a new password.'],
  because: dueTo(about.name),
});

export const accountDeletedLetter = (name: string, from: Circumstances): Letter => ({
  subject: 'Your account has been deleted',
  paragraphs: [
    `Your account ${name} has been deleted, as you asked. Its sessions and keys have ended and its addresses are free again.`,
    'The name is not given to anybody else. What you have published stays available, with your name beside it.',
  ],
  facts: circumstances(from),
  because: `You get this mail because this was the address of the account ${name}. It is the last one.`,
});

export interface LetIn {
  /** What the machine calls itself; null for a program that did not say. */
  readonly machine: string | null;
  readonly program: string;
  readonly scopes: readonly string[];
}

export const grantLetter = (about: About, from: Circumstances, given: LetIn, sessionsUrl: string): Letter => {
  const { machine, program, scopes } = given;
  const who = machine === null ? program : `${program} on “${machine}”`;
  return {
    subject: `${program} was let in to your account`,
    paragraphs: [`From now on ${who} can act for your account ${about.name}, for at most 30 days.`],
    facts: [['May', scopes.join(', ')], ...circumstances(from)],
    action: { label: 'Look at what is logged in as you', url: sessionsUrl },
    afterwards: [
      NOT_YOU,
      `If it was not, or if somebody sent you the code for it, log it out there and set a new password: ${about.resetUrl}`,
    ],
    because: dueTo(about.name),
  };
};
