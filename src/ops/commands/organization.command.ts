import type { Organization } from '../../organizations/organization.entity.js';
import { record, said, table } from './answers.js';
import { type AdminCommand, type Because, operator, time } from './command-line.js';
import { membersOf } from './member.command.js';
import type { Rooms } from './rooms.js';

function organizationView({ standing }: Rooms, organization: Organization) {
  const { state, until, reason } = standing(organization);
  const { name, override, payment, trialEndsAt, accessUntil, paidUntil, seats, createdAt } = organization;
  const ends = { trial_ends_at: trialEndsAt, paid_until: paidUntil, access_until: accessUntil };
  return { name, standing: state, until, reason, override, payment, ...ends, seats, created_at: createdAt };
}

export function organizationCommands(admin: AdminCommand): void {
  const organization = admin.command('organization').description('groups of people with a private repository');

  organization
    .command('create <name>')
    .description('make an organization, its repository and its first member')
    .requiredOption('--admin <user>', 'who administers it')
    .writes()
    .answers(async (rooms, name: string, options: Because & { admin: string }) => {
      const first = await rooms.users.named(options.admin);
      const created = await rooms.organizations.create(operator(options), name, first);
      return said(`organization ${name} created, administered by ${first.name}`, organizationView(rooms, created));
    });

  organization
    .command('list')
    .description('all organizations, by name')
    .answers(async (rooms) => table((await rooms.organizations.list()).map((one) => organizationView(rooms, one))));

  organization
    .command('show <name>')
    .description('one organization with its members and keys')
    .answers(async (rooms, name: string) => {
      const found = await rooms.organizations.named(name);
      const [members, keys] = await Promise.all([
        membersOf(rooms, found),
        rooms.keys.list({ organizationId: found.id }),
      ]);
      return record({ ...organizationView(rooms, found), members, keys: keys.map((key) => key.name) });
    });

  overrides(organization, 'comp', 'open it free of charge, whatever trial and payment say', 'comped');
  overrides(organization, 'block', 'shut it, whatever trial and payment say', 'blocked');
  overrides(organization, 'reset', 'take comp or block back: trial and payment decide again', null);

  organization
    .command('trial <name>')
    .description('set when its trial ends; a time that has passed ends it now')
    .argument('<end>', '2026-12-31 (midnight UTC) or 2026-12-31T18:00:00Z', time)
    .writes()
    .answers(async (rooms, name: string, end: Date, because: Because) => {
      await rooms.organizations.setTrialEnd(operator(because), name, end);
      return standingSaid(rooms, name);
    });
}

function overrides(organization: AdminCommand, verb: string, what: string, value: Organization['override']): void {
  organization
    .command(`${verb} <name>`)
    .description(what)
    .writes()
    .answers(async (rooms, name: string, because: Because) => {
      await rooms.organizations.setOverride(operator(because), name, value);
      return standingSaid(rooms, name);
    });
}

async function standingSaid(rooms: Rooms, name: string) {
  const view = organizationView(rooms, await rooms.organizations.named(name));
  return said(`standing of ${name}: ${view.standing}${view.until ? ` until ${view.until.toISOString()}` : ''}`, view);
}
