import { Option } from 'commander';
import type { GrantType, OAuthClient } from '../../accounts/oauth-client.entity.js';
import { said, table } from './answers.js';
import { type AdminCommand, type Because, operator } from './command-line.js';

interface NewClientOptions extends Because {
  readonly redirect: readonly string[];
  readonly scope: readonly string[];
  readonly device: boolean;
  readonly confidential: boolean;
}

const clientView = (client: OAuthClient) => ({
  client_id: client.id,
  name: client.name,
  type: client.secretHash === null ? 'public' : 'confidential',
  redirect_uris: client.redirectUris,
  grant_types: client.grantTypes,
  scopes: client.scopes,
  created_at: client.createdAt,
});

export function oauthClientCommands(admin: AdminCommand): void {
  const client = admin.command('oauth-client').description('programs that may ask people to act for them');

  client
    .command('create <name>')
    .description('register a program; people are shown this name and asked whether it may act for them')
    .option(
      '--redirect <uri>',
      'where a code may be sent: https, or http://127.0.0.1 with any port; may be repeated',
      more,
      [],
    )
    .addOption(
      new Option(
        '--scope <domain>',
        'what it may ask for: api, repositories, repository, package, docs; may be repeated',
      )
        .argParser(more)
        .makeOptionMandatory(),
    )
    .option('--device', 'it may show a code to be entered on the site, for machines without a browser', false)
    .option('--confidential', 'it can keep a secret (a server, not a program on somebody’s machine)', false)
    .writes()
    .answers(async ({ oauthClients }, name: string, options: NewClientOptions) => {
      const made = await oauthClients.create(operator(options), {
        ...{ name, redirectUris: options.redirect, scopes: options.scope, confidential: options.confidential },
        grantTypes: grantTypesOf(options),
      });
      const secret = made.secret === null ? {} : { client_secret: made.secret };
      const shown = made.secret === null ? '' : `; its secret, shown only now: ${made.secret}`;
      const sentence = `client ${made.client.name} registered with the client_id ${made.client.id}${shown}`;
      return said(sentence, { ...clientView(made.client), ...secret });
    });

  client
    .command('list')
    .description('registered programs, the Hex command line among them')
    .answers(async ({ oauthClients }) => table((await oauthClients.list()).map(clientView)));

  client
    .command('remove <client_id>')
    .description('take a program out of use; all that people have allowed it ends at once')
    .writes()
    .answers(async ({ oauthClients }, id: string, because: Because) => {
      const { client: removed, ended } = await oauthClients.remove(operator(because), id);
      return said(`client ${removed.name} removed; ${ended} logins ended`, { ...clientView(removed), ended });
    });
}

// Written out: what a command knows of the rooms is their types.
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

const grantTypesOf = ({ redirect, device }: NewClientOptions): GrantType[] => [
  ...(device ? ([DEVICE] as const) : []),
  ...(redirect.length > 0 || !device ? (['authorization_code'] as const) : []),
  'refresh_token',
];

function more(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
