import { type Letter } from '../platform/mail/letter.js';
import { type Role } from './member.entity.js';

/** The mails about organizations. `url` is where the button leads; times are shown in UTC, as mails know no reader's zone. */

interface About {
  /** The organization's name. */
  readonly organization: string;
  readonly url: string;
}

/** What a role lets one do, in a sentence. */
export const roleWords: Record<Role, string> = {
  admin: 'Admins do all that writers do, and manage members, settings and payment.',
  write: 'Writers read, publish and retire packages, and manage the organization’s keys.',
  read: 'Readers read and fetch packages.',
  billing: 'With the role billing one sees the organization and its members and pays, but reads no packages.',
};

const day = (time: Date): string =>
  time.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const toMembers = (organization: string): string => `You get this mail because you are a member of ${organization}.`;
const toAdmins = (organization: string): string => `You get this mail because you are an admin of ${organization}.`;

export const invitationLetter = (it: About & { inviter: string; role: Role; expiresAt: Date }): Letter => ({
  subject: `${it.inviter} invites you to ${it.organization}`,
  paragraphs: [
    `${it.inviter} would like you to join the organization ${it.organization}, with the role ${it.role}. ${roleWords[it.role]}`,
    `The link works once, until ${day(it.expiresAt)}. You can use it with an account that you have, or make one with it.`,
  ],
  action: { label: `Look at the invitation`, url: it.url },
  afterwards: ['If you do not know what this is about, do nothing: without you nothing happens.'],
  because: `You get this mail because ${it.inviter} typed your address on the members page of ${it.organization}.`,
});

export const memberJoinedLetter = (it: About & { member: string; role: Role; how: string }): Letter => ({
  subject: `${it.member} has joined ${it.organization}`,
  paragraphs: [
    `${it.member} is now a member of ${it.organization}, with the role ${it.role}. ${roleWords[it.role]}`,
    it.how,
  ],
  action: { label: 'See the members', url: it.url },
  because: toAdmins(it.organization),
});

/** To somebody who was given a place without an invitation. */
export const addedLetter = (it: About & { role: Role; actor: string }): Letter => ({
  subject: `You are now a member of ${it.organization}`,
  paragraphs: [
    `${it.actor} has made you a member of ${it.organization}, with the role ${it.role}. ${roleWords[it.role]}`,
  ],
  action: { label: `Open ${it.organization}`, url: it.url },
  afterwards: ['If you do not want to belong to it, you can leave it on its settings page.'],
  because: toMembers(it.organization),
});

export const removedLetter = (it: About & { actor: string }): Letter => ({
  subject: `You are no longer a member of ${it.organization}`,
  paragraphs: [
    `${it.actor} has removed you from ${it.organization}. Your keys and logins do not open its packages any more.`,
  ],
  afterwards: ['If you think that this is a mistake, ask an admin of the organization.'],
  because: `You get this mail because you were a member of ${it.organization}.`,
});

export const memberGoneLetter = (it: About & { member: string; how: string }): Letter => ({
  subject: `${it.member} is no longer a member of ${it.organization}`,
  paragraphs: [it.how, 'Keys of the organization that they know of go on working: look through them.'],
  action: { label: 'See the keys', url: it.url },
  because: toAdmins(it.organization),
});

export const roleChangedLetter = (it: About & { role: Role; before: Role; actor: string }): Letter => ({
  subject: `Your role in ${it.organization} is now ${it.role}`,
  paragraphs: [
    `${it.actor} has changed your role in ${it.organization} from ${it.before} to ${it.role}.`,
    roleWords[it.role],
  ],
  action: { label: `Open ${it.organization}`, url: it.url },
  because: toMembers(it.organization),
});

export const organizationKeyLetter = (it: About & { key: string; actor: string }): Letter => ({
  subject: `New key of ${it.organization}: ${it.key}`,
  paragraphs: [
    `${it.actor} has made the key “${it.key}” for ${it.organization}. It belongs to the organization and goes on working when its maker leaves.`,
  ],
  action: { label: 'See the keys', url: it.url },
  afterwards: ['If nobody should have made it, revoke it now.'],
  because: toAdmins(it.organization),
});

export const seatsExhaustedLetter = (it: About & { seats: number; address: string }): Letter => ({
  subject: `All seats of ${it.organization} are taken`,
  paragraphs: [
    `Somebody tried to accept the invitation that was sent to ${it.address}, but all ${it.seats} seats of ${it.organization} are taken.`,
    'The invitation stays open. Free a seat or add one, and ask them to try again.',
  ],
  action: { label: 'See the members', url: it.url },
  afterwards: ['This mail comes at most once a day.'],
  because: toAdmins(it.organization),
});

export const deletionAnnouncedLetter = (it: About & { actor: string; deletionAt: Date }): Letter => ({
  subject: `${it.organization} will be deleted on ${day(it.deletionAt)}`,
  paragraphs: [
    `${it.actor} has asked for ${it.organization} to be deleted with all of its packages. Nothing can be published any more; packages can be fetched until ${day(it.deletionAt)}.`,
    'Until then every admin can cancel this, and download an export of everything.',
  ],
  action: { label: 'Export or cancel', url: it.url },
  because: toAdmins(it.organization),
});

export const deletionCancelledLetter = (it: About & { actor: string }): Letter => ({
  subject: `${it.organization} stays`,
  paragraphs: [`${it.actor} has cancelled the deletion of ${it.organization}. All is as it was before.`],
  action: { label: `Open ${it.organization}`, url: it.url },
  because: toAdmins(it.organization),
});

export const deletionDoneLetter = ({ organization }: Pick<About, 'organization'>): Letter => ({
  subject: `${organization} has been deleted`,
  paragraphs: [
    `The organization ${organization} has been deleted, with its packages, keys and members. Its name is not given out again.`,
  ],
  because: `You get this mail because you were an admin of ${organization}.`,
});

export const renamedLetter = (it: About & { before: string; actor: string }): Letter => ({
  subject: `${it.before} is now called ${it.organization}`,
  paragraphs: [
    `${it.actor} has renamed the organization ${it.before} to ${it.organization}. Its packages are now found under the new name only.`,
    `Everybody who fetches them has to change their configuration: repository addresses, and “organization” or “repo” in mix.exs and rebar.config. Keys go on working.`,
  ],
  action: { label: `Open ${it.organization}`, url: it.url },
  because: toMembers(it.organization),
});

export const handedOverLetter = (it: About & { actor: string }): Letter => ({
  subject: `${it.organization} has been handed over to you`,
  paragraphs: [`${it.actor} has handed ${it.organization} over to you: you are now its admin.`],
  action: { label: `Open ${it.organization}`, url: it.url },
  because: toMembers(it.organization),
});
