import { type AuditEntry } from '../../audit/audit-entry.entity.js';

/** What somebody did, to be read after their name. A kind of act that is not here is shown as it is written down. */
const WORDS: Readonly<Record<string, string>> = {
  'organization.create': 'created the organization',
  'organization.profile': 'changed the profile',
  'organization.rename': 'renamed the organization',
  'organization.hand_over': 'handed the organization over',
  'organization.delete': 'asked for the deletion',
  'organization.keep': 'cancelled the deletion',
  'organization.erase': 'deleted the organization',
  'organization.export': 'exported everything',
  'organization.override': 'changed the standing',
  'organization.trial': 'changed the trial',
  'member.add': 'added a member',
  'member.role': 'changed a role',
  'member.remove': 'removed a member',
  'member.leave': 'left',
  'invitation.send': 'sent an invitation',
  'invitation.revoke': 'withdrew an invitation',
  'invitation.accept': 'accepted an invitation',
  'key.create': 'created a key',
  'key.revoke': 'revoked a key',
  'advisories.import': 'took security advisories in',
  'policy.create': 'made a policy',
  'policy.update': 'changed a policy',
  'policy.delete': 'deleted a policy',
  'release.publish': 'published a release',
  'release.retire': 'retired a release',
  'release.unretire': 'took a retirement back',
  'release.revert': 'reverted a release',
  'docs.publish': 'published documentation',
  'docs.revert': 'took documentation back',
};

export const actionWords = (action: string): string => WORDS[action] ?? action;

const LONGEST = 200;

/** The details of an entry that say something, in the order in which they were written down. */
export function detailsOf({ params }: Pick<AuditEntry, 'params'>): (readonly [label: string, value: string])[] {
  return Object.entries(params)
    .filter(([label, value]) => value !== null && value !== '' && value !== false && label !== 'organization')
    .filter(([label]) => label !== 'repository')
    .map(([label, value]) => [labelOf(label), shortened(written(value))] as const);
}

/** `trial_ends_at` and `displayName` in words. */
const labelOf = (name: string): string =>
  name
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

/** A checksum is told from another by its beginning; all of it is in the export. */
const shortened = (text: string): string =>
  /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text.slice(0, LONGEST);

function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
