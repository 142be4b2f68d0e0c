import type { User } from '../../accounts/user.entity.js';
import { record, said, table } from './answers.js';
import { type AdminCommand, type Because, operator } from './command-line.js';
import { choosePassword, PASSWORD_OPTION, type PasswordOption } from './secrets-from-input.js';
import type { Rooms } from './rooms.js';

const userView = (user: User) => ({
  name: user.name,
  full_name: user.fullName,
  active: user.deactivatedAt === null,
  deactivated_at: user.deactivatedAt,
  created_at: user.createdAt,
});

interface NewUser extends Because, PasswordOption {
  readonly email: string;
  readonly fullName?: string;
}

export function userCommands(admin: AdminCommand): void {
  const user = admin.command('user').description('people with an account');

  user
    .command('create <name>')
    .description('make an account; its address counts as verified')
    .requiredOption('--email <address>', 'their e-mail address')
    .option('--full-name <text>', 'how they are called')
    .option(...PASSWORD_OPTION)
    .writes()
    .answers(async ({ users }, name: string, { email, fullName, ...options }: NewUser) => {
      const { password, generated } = await choosePassword(options, admin.terminal);
      const created = await users.create(operator(options), { name, email, fullName, password, verified: true });
      return said(`user ${created.name} created${shown(generated)}`, { ...userView(created), email, ...generated });
    });

  user
    .command('list')
    .description('everybody, by name')
    .answers(async ({ users }) => table((await users.list()).map(userView)));

  user
    .command('show <name>')
    .description('one account with its addresses, organizations and keys')
    .answers(async (rooms, name: string) => record(await detailed(rooms, name)));

  user
    .command('deactivate <name>')
    .description('lock an account out everywhere, at once; nothing of it is removed')
    .writes()
    .answers((rooms, name: string, because: Because) => setActive(rooms, name, because, false));

  user
    .command('activate <name>')
    .description('let a deactivated account in again')
    .writes()
    .answers((rooms, name: string, because: Because) => setActive(rooms, name, because, true));

  user
    .command('password <name>')
    .description('set a new password; every session of the account ends')
    .option(...PASSWORD_OPTION)
    .writes()
    .answers(async ({ users, passwords }, name: string, options: Because & PasswordOption) => {
      const { password, generated } = await choosePassword(options, admin.terminal);
      await passwords.set(operator(options), name, password);
      const changed = userView(await users.named(name));
      return said(`password of ${changed.name} set${shown(generated)}`, { ...changed, ...generated });
    });
}

const shown = ({ password }: { password?: string }): string =>
  password === undefined ? '' : `; the password, shown only now: ${password}`;

async function setActive({ users }: Rooms, name: string, because: Because, active: boolean) {
  await users.setActive(operator(because), name, active);
  const changed = userView(await users.named(name));
  return said(`user ${changed.name} ${active ? 'activated' : 'deactivated'}`, changed);
}

async function detailed({ users, organizations, keys }: Rooms, name: string) {
  const user = await users.named(name);
  const [emails, memberships, own] = await Promise.all([
    users.emails(user.id),
    organizations.ofUser(user.id),
    keys.list({ userId: user.id }),
  ]);
  return {
    ...userView(user),
    emails: emails.map((email) => ({
      address: email.address,
      primary: email.isPrimary,
      verified_at: email.verifiedAt,
    })),
    organizations: memberships.map(({ organization, role }) => ({ name: organization.name, role })),
    keys: own.map((key) => key.name),
  };
}
