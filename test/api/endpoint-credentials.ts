import { Keys } from '../../src/accounts/keys.js';
import { type Permission, toScope } from '../../src/accounts/permissions.js';
import { Tokens } from '../../src/accounts/tokens.js';
import { type TestApp } from '../support/app.js';
import { HEX_CLI, loggedInMachine, post } from '../support/oauth.js';
import { api, keyOf, onlyPackage, repositories, repository, type Team, TESTS, unique } from '../support/people.js';

/** Whose credentials the table of endpoints is about. */
export interface Holders {
  readonly app: TestApp;
  /** Its admin is the person who asks; so is the owner of the public package. */
  readonly own: Team;
  readonly other: Team;
  /** As permissions name them: `acme/wax`, `hexpm/honey`. */
  readonly packages: readonly string[];
}

type Made = string | undefined;
type Make = (holders: Holders) => Promise<Made> | Made;

const docs = (name: string): Permission => ({ domain: 'docs', resource: name });
const ofPackages = ({ packages }: Holders): Permission[] => packages.map(onlyPackage);

/** Of the admin. */
const key =
  (permissions: (holders: Holders) => Permission[]): Make =>
  (holders) =>
    keyOf(holders.app, holders.own.people.admin, ...permissions(holders));
const organizationKey =
  (permissions: (holders: Holders) => Permission[]): Make =>
  (holders) =>
    keyOf(holders.app, holders.own.organization, ...permissions(holders));

/** A token for a key of the admin's that carries just as much. */
const exchanged =
  (permissions: (holders: Holders) => Permission[]): Make =>
  async (holders) =>
    bearer(
      holders.app,
      await keyOf(holders.app, holders.own.people.admin, ...permissions(holders)),
      permissions(holders),
    );

async function bearer(app: TestApp, secret: string, permissions: readonly Permission[]): Promise<string> {
  const scope = permissions.map(toScope).join(' ');
  const { body } = await post(app, 'token', {
    ...{ grant_type: 'client_credentials', client_id: HEX_CLI, client_secret: secret, scope },
  });
  return `Bearer ${body.access_token as string}`;
}

/** A token of a machine that the admin has let in, with a browser and no code at hand. */
const login =
  (scope: string): Make =>
  async ({ app, own }) =>
    `Bearer ${(await loggedInMachine(app, own.people.admin, scope)).access_token}`;

/**
 * Every kind of credential, in the order of the table's columns. `key` and `token` (made of such a key) are an admin's, `org` an
 * organization's own, `login` a token that a person has allowed a program.
 */
export const credentials = {
  nobody: () => undefined,
  noise: () => 'noise',
  'key:api': key(() => [api()]),
  'key:api:read': key(() => [api('read')]),
  'key:api:write': key(() => [api('write')]),
  'key:package': key(ofPackages),
  'key:repositories': key(() => [repositories]),
  'key:repository': key(({ own }) => [repository(own.name)]),
  'key:docs': key(({ own }) => [docs(own.name)]),
  'org:api': organizationKey(() => [api()]),
  'org:api:read': organizationKey(() => [api('read')]),
  'org:repository': organizationKey(({ own }) => [repository(own.name)]),
  'token:api': exchanged(() => [api()]),
  'token:api:read': exchanged(() => [api('read')]),
  'token:api:write': exchanged(() => [api('write')]),
  'token:package': exchanged(ofPackages),
  'token:repositories': exchanged(() => [repositories]),
  'login:api:read': login('api:read'),
  'login:api:write': login('api:write'),
  // The same, and each request with a code of the person's authenticator app: see WITH_CODE.
  'login+code:api:write': login('api:write'),
  'login:repositories': login('repositories'),
  'key expired': async ({ app, own }: Holders) => {
    const made = await newKey(app, own);
    await app.db.query(`update keys set expires_at = now() - interval '1 second' where id = $1`, [made.key.id]);
    return made.secret;
  },
  'key revoked': async ({ app, own }: Holders) => {
    const made = await newKey(app, own);
    await revoke(app, own, made.key.name);
    return made.secret;
  },
  'token expired': async ({ app, own }: Holders) => {
    const { key: behind } = await newKey(app, own);
    const expiresAt = new Date(app.clock.now().getTime() - 1000);
    const { token } = await app.app
      .get(Tokens)
      .mint({ kind: 'key', id: behind.id, expiresAt }, 'user:x', { granted: [api()], withheld: [] });
    return `Bearer ${token}`;
  },
  'token revoked': async ({ app, own }: Holders) => {
    const made = await newKey(app, own);
    const token = await bearer(app, made.secret, [api()]);
    await revoke(app, own, made.key.name);
    return token;
  },
  'stranger:api': ({ app, other }: Holders) => keyOf(app, other.people.admin, api()),
  'other org:api': ({ app, other }: Holders) => keyOf(app, other.organization, api()),
} satisfies Record<string, Make>;

/** Sent with `X-Hex-OTP`. */
export const WITH_CODE = 'login+code:api:write';

export type Credential = keyof typeof credentials;

const newKey = ({ app }: TestApp, { people }: Team) =>
  app.get(Keys).create(TESTS, { userId: people.admin.id }, { name: unique('key'), permissions: [api()] });
const revoke = ({ app }: TestApp, { people }: Team, name: string) =>
  app.get(Keys).revoke(TESTS, { userId: people.admin.id }, name);
