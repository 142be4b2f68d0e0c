import { Argument } from 'commander';
import type { Role } from '../../organizations/member.entity.js';
import type { Organization } from '../../organizations/organization.entity.js';
import { said, table } from './answers.js';
import { type AdminCommand, type Because, operator } from './command-line.js';
import type { Rooms } from './rooms.js';

// The room's own list comes with the database library, for which help would have to wait.
const ROLES = ['read', 'write', 'admin', 'billing'] as const satisfies readonly Role[];
const role = () =>
  new Argument(
    '<role>',
    'read, write and admin each include the ones before; billing pays and reads no package',
  ).choices(ROLES);

export function memberCommands(admin: AdminCommand): void {
  const member = admin.command('member').description('who belongs to an organization');

  member
    .command('add <organization> <user>')
    .description('give somebody a place; takes a seat')
    .addArgument(role())
    .writes()
    .answers(async (rooms, organization: string, user: string, as: Role, because: Because) => {
      const place = await placeOf(rooms, organization, user);
      await rooms.members.add(operator(because), place.organization, place.user, as);
      return said(`${place.user.name} is now a member of ${organization}, as ${as}`, {
        organization,
        user: place.user.name,
        role: as,
      });
    });

  member
    .command('role <organization> <user>')
    .description('change what a member may do')
    .addArgument(role())
    .writes()
    .answers(async (rooms, organization: string, user: string, as: Role, because: Because) => {
      const place = await placeOf(rooms, organization, user);
      await rooms.members.changeRole(operator(because), place.organization, place.user, as);
      return said(`${place.user.name} has now the role ${as} in ${organization}`, {
        organization,
        user: place.user.name,
        role: as,
      });
    });

  member
    .command('remove <organization> <user>')
    .description('take the place away; shuts them out at once')
    .writes()
    .answers(async (rooms, organization: string, user: string, because: Because) => {
      const place = await placeOf(rooms, organization, user);
      await rooms.members.remove(operator(because), place.organization, place.user);
      return said(`${place.user.name} is no longer a member of ${organization}`, {
        organization,
        user: place.user.name,
        role: null,
      });
    });

  member
    .command('list <organization>')
    .description('the members, in the order of joining')
    .answers(async (rooms, organization: string) =>
      table(await membersOf(rooms, await rooms.organizations.named(organization))),
    );
}

export async function membersOf({ members, users }: Rooms, organization: Organization) {
  const list = await members.list(organization);
  const people = await users.byIds(list.map((member) => member.userId));
  const nameOf = new Map(people.map((user) => [user.id, user.name]));
  return list.map((member) => ({ user: nameOf.get(member.userId), role: member.role, since: member.createdAt }));
}

async function placeOf({ organizations, users }: Rooms, organization: string, user: string) {
  return { organization: await organizations.named(organization), user: await users.named(user) };
}
