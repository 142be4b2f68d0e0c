import { InvalidArgumentError, Option } from 'commander';
import type { Key } from '../../accounts/key.entity.js';
import type { KeyOwner } from '../../accounts/keys.js';
import { fromScope, type Permission, toScope } from '../../accounts/permissions.js';
import { notFound } from '../../platform/errors.js';
import { said, table } from './answers.js';
import { type AdminCommand, type Because, operator, time } from './command-line.js';
import type { Rooms } from './rooms.js';
import { secretFromInput } from './secrets-from-input.js';

/** Exactly one of them. */
interface OwnerOption {
  readonly user?: string;
  readonly organization?: string;
}

interface NewKeyOptions extends OwnerOption, Because {
  readonly permission: readonly Permission[];
  readonly expires?: Date;
}

const SCOPES = 'api, api:read, api:write, repository:NAME, repositories, package:REPOSITORY/NAME or docs:NAME';

const keyView = (key: Key) => ({
  name: key.name,
  permissions: key.permissions.map(toScope),
  expires_at: key.expiresAt,
  last_used_at: key.lastUsedAt,
  last_used_ip: key.lastUsedIp,
  created_at: key.createdAt,
});

export function keyCommands(admin: AdminCommand): void {
  const key = admin.command('key').description('API keys of users and organizations');

  owned(key.command('create <name>'))
    .description('make a key and print its secret, once; a name that is taken gets a number')
    .requiredOption('--permission <scope>', `${SCOPES}; may be repeated`, oneMore)
    .option('--expires <time>', '2026-12-31 (midnight UTC) or 2026-12-31T18:00:00Z', time)
    .writes()
    .answers(async (rooms, name: string, options: NewKeyOptions) => {
      const owner = await ownerOf(rooms, options);
      await mustBeReachable(rooms, options);
      const input = { name, permissions: options.permission, expiresAt: options.expires };
      const made = await rooms.keys.create(operator(options), owner, input);
      const sentence = `key ${made.key.name} of ${nameOf(options)} created; its secret, shown only now: ${made.secret}`;
      return said(sentence, { ...keyView(made.key), secret: made.secret });
    });

  owned(key.command('list'))
    .description('keys that have not been revoked')
    .answers(async (rooms, options: OwnerOption) =>
      table((await rooms.keys.list(await ownerOf(rooms, options))).map(keyView)),
    );

  key
    .command('find')
    .description('whose key is this? reads its secret from standard input, for keys found where they should not be')
    .answers(async (rooms) => {
      const found = await rooms.keys.bySecret(await secretFromInput(admin.terminal.input, 'key'));
      if (found === null) throw notFound('a key with this secret');
      const owner = await ownerNameOf(rooms, found);
      const sentence = `key ${found.name} of ${Object.values(owner)[0]}${found.revokedAt === null ? '' : ', revoked'}`;
      return said(sentence, { ...owner, ...keyView(found), revoked_at: found.revokedAt });
    });

  owned(key.command('revoke <name>'))
    .description('end a key, and the tokens made from it, at once')
    .writes()
    .answers(async (rooms, name: string, options: OwnerOption & Because) => {
      const ended = await rooms.keys.revoke(operator(options), await ownerOf(rooms, options), name);
      return said(`key ${name} of ${nameOf(options)} revoked`, { ...keyView(ended), revoked_at: ended.revokedAt });
    });
}

function owned(command: AdminCommand): AdminCommand {
  return command
    .addOption(new Option('--user <name>', 'whose key it is: a user’s …').conflicts('organization'))
    .addOption(new Option('--organization <name>', '… or an organization’s'))
    .hook('preAction', () => {
      const { user, organization } = command.opts<OwnerOption>();
      if (user === undefined && organization === undefined)
        command.error("error: one of '--user <name>' and '--organization <name>' is needed");
    });
}

const nameOf = ({ user, organization }: OwnerOption): string => (user ?? organization)!;

async function ownerOf({ users, organizations }: Rooms, { user, organization }: OwnerOption): Promise<KeyOwner> {
  if (user !== undefined) return { userId: (await users.named(user)).id };
  return { organizationId: (await organizations.named(organization!)).id };
}

async function ownerNameOf({ users, organizations }: Rooms, { userId, organizationId }: Key) {
  if (userId !== null) return { user: (await users.byId(userId))!.name };
  return { organization: (await organizations.byId(organizationId!))!.name };
}

/** Said now, where a name is mistyped or another organization's, rather than by a build that cannot fetch. */
async function mustBeReachable({ organizations }: Rooms, { permission, organization }: NewKeyOptions): Promise<void> {
  for (const { domain, resource } of permission) {
    if (domain === 'api' || resource === null) continue;
    const name = resource.split('/')[0]!;
    if (organization !== undefined && name !== organization) throw notFound(`repository ${name} of ${organization}`);
    if ((await organizations.repository(name)) === null) throw notFound(`repository ${name}`);
  }
}

function oneMore(text: string, before: readonly Permission[] = []): readonly Permission[] {
  const [permission] = fromScope(text);
  if (permission === undefined || toScope(permission) !== text) throw new InvalidArgumentError(`It must be ${SCOPES}.`);
  return [...before, permission];
}
