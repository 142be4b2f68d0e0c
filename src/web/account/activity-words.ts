import { type AuditEntry } from '../../audit/audit-entry.entity.js';

const WORDS: Readonly<Record<string, string>> = {
  'user.create': 'Account made',
  'user.update': 'Profile changed',
  'user.deactivate': 'Account locked by the operator',
  'user.activate': 'Account opened again by the operator',
  'session.start': 'Logged in',
  'session.revoke': 'Session ended',
  'session.revoke_all': 'Sessions ended',
  'password.update': 'Password changed',
  'password.reset': 'Password set anew by mail',
  'totp.enable': 'Authenticator app set up',
  'totp.disable': 'Authenticator app removed',
  'passkey.add': 'Passkey added',
  'passkey.rename': 'Passkey renamed',
  'passkey.remove': 'Passkey removed',
  'recovery_codes.renew': 'Recovery codes made anew',
  'recovery_code.use': 'Recovery code used',
  'email.add': 'E-mail address added',
  'email.verify': 'E-mail address confirmed',
  'email.primary': 'Primary e-mail address changed',
  'email.publish': 'Public e-mail address changed',
  'email.remove': 'E-mail address removed',
  'email.options': 'Mail settings changed',
  'key.create': 'API key created',
  'key.revoke': 'API key revoked',
  'grant.create': 'Application allowed',
  'grant.revoke': 'Application logged out',
  'device.deny': 'Device denied',
  'organization.create': 'Organization created',
  'organization.hand_over': 'Organization handed over',
  'member.add': 'Added to an organization',
  'member.role': 'Role changed',
  'member.remove': 'Removed from an organization',
  'member.leave': 'Left an organization',
};

/** `invitation.accept` becomes "Invitation accept" where nobody has found better words. */
export function actionWords(action: string): string {
  const plain = action.replace(/[._]/g, ' ');
  return WORDS[action] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** What the entry says besides whose it is, in short. */
export function detailsOf({ params }: AuditEntry, userName: string): string {
  return (
    Object.entries(params)
      // Numbers of rows tell people nothing.
      .filter(([name]) => name !== 'grant' && name !== 'client')
      .filter(([name, value]) => value !== null && value !== '' && !(name === 'user' && value === userName))
      .map(([name, value]) => `${name.replace(/_/g, ' ')}: ${textOf(value)}`)
      .join(' · ')
      .slice(0, 300)
  );
}

const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};
