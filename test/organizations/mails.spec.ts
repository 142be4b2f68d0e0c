import { expect, test } from 'vitest';
import * as letters from '../../src/organizations/organizations.emails.js';
import { type Letter } from '../../src/platform/mail/letter.js';
import { renderLetter } from '../../src/platform/mail/render.js';

const about = { organization: 'acme', url: 'https://propolis.example/orgs/acme' };
const at = new Date('2026-03-01T09:30:00Z');

/** Each mail with plausible words; its text part is a file whose diff is the review. */
const mails: Record<string, Letter> = {
  invitation: letters.invitationLetter({
    ...{ organization: 'acme', url: 'https://propolis.example/invitations/accept?token=SECRET' },
    ...{ inviter: 'ada', role: 'write', expiresAt: at },
  }),
  'member-joined': letters.memberJoinedLetter({ ...about, member: 'wim', role: 'billing', how: 'ada has added them.' }),
  added: letters.addedLetter({ ...about, role: 'read', actor: 'ada' }),
  removed: letters.removedLetter({ ...about, actor: 'ada' }),
  'member-gone': letters.memberGoneLetter({ ...about, member: 'wim', how: 'ada has removed wim.' }),
  'role-changed': letters.roleChangedLetter({ ...about, role: 'admin', before: 'read', actor: 'ada' }),
  'key-created': letters.organizationKeyLetter({ ...about, key: 'ci', actor: 'wim' }),
  'seats-exhausted': letters.seatsExhaustedLetter({ ...about, seats: 5, address: 'new@example.org' }),
  'deletion-announced': letters.deletionAnnouncedLetter({ ...about, actor: 'ada', deletionAt: at }),
  'deletion-cancelled': letters.deletionCancelledLetter({ ...about, actor: 'wim' }),
  'deletion-done': letters.deletionDoneLetter(about),
  renamed: letters.renamedLetter({ ...about, before: 'apex', actor: 'ada' }),
  'handed-over': letters.handedOverLetter({ ...about, actor: 'ada' }),
};

test.each(Object.entries(mails))('%s', async (name, letter) => {
  const { subject, text } = renderLetter(letter);
  await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`../golden/mails/organizations-${name}.txt`);
});

test('every mail of the room has its file', () => {
  const written = Object.keys(letters).filter((name) => name.endsWith('Letter'));
  expect(Object.keys(mails)).toHaveLength(written.length);
});
