import { beforeAll, expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { ask, basic, publish } from '../support/http.js';
import { PASSWORD, team, type Team } from '../support/people.js';

const app = useApp();
let acme: Team;
const secrets: string[] = [];

beforeAll(async () => {
  acme = await team(app);
});

/** Everything that a caller hands over or is handed, by every road, with success and without. */
test('no secret gets into the log', async () => {
  secrets.push(PASSWORD, acme.publishKey, acme.fetchKey);
  const login = basic(acme.people.write.name, PASSWORD);
  secrets.push(login.slice(6));
  const made = await ask(`${app.url}/api/keys`, {
    method: 'POST',
    key: login,
    json: { name: 'canary', permissions: [{ domain: 'repositories' }] },
  });
  secrets.push(made.body.secret as string);
  const exchange = {
    grant_type: 'client_credentials',
    client_id: 'x',
    client_secret: made.body.secret as string,
    scope: 'repositories',
  };
  const minted = await ask(`${app.url}/api/oauth/token`, { method: 'POST', json: exchange });
  secrets.push(minted.body.access_token as string);
  await publish(app.url, acme.name, acme.publishKey, { name: 'canary' });
  const attempts: [string, string][] = [
    [`/repo/repos/${acme.name}/packages/canary`, `Bearer ${minted.body.access_token}`],
    [`/repo/repos/${acme.name}/packages/canary?key=${acme.fetchKey}`, acme.fetchKey],
    [`/api/users/me?token=${acme.publishKey}`, acme.publishKey],
    ['/api/users/me', basic(acme.people.write.name, 'canary-wrong-password')],
    ['/api/users/me', 'prp_canarycanarycanarycanarycanarycanary12'],
    ['/api/no/such/route', acme.publishKey],
  ];
  for (const [path, key] of attempts) await ask(app.url + path, { key });
  secrets.push('canary-wrong-password', 'prp_canary');
  // A fault of ours, with a statement and its parameters in it.
  await app.db.query(`alter table keys add constraint canary check (name <> 'canary fault')`);
  const fault = await ask(`${app.url}/api/keys`, { method: 'POST', key: login, json: { name: 'canary fault' } });
  expect([fault.status, fault.body]).toEqual([500, { status: 500, message: 'Internal server error' }]);
  const log = app.log();
  expect(log).toContain('request failed');
  for (const secret of secrets) expect(log.includes(secret), `${secret.slice(0, 8)}… in the log`).toBe(false);
  expect(log).not.toMatch(/password_hash|\$argon2|secret_hash.{0,40}\\x/);
});

test('no secret lies in the database in clear', async () => {
  const tables = await app.db.query<{ name: string }[]>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  for (const { name } of tables) {
    const rows = await app.db.query<{ row: string }[]>(`select t::text as row from "${name}" t`);
    const text = rows.map(({ row }) => row).join('\n');
    for (const secret of secrets) expect(text.includes(secret), `${secret.slice(0, 8)}… in ${name}`).toBe(false);
  }
});
