import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, createLocalJWKSet, createRemoteJWKSet, type JWK, jwtVerify, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { Keys } from '../../src/accounts/keys.js';
import { type AppOptions, startApp, type TestApp, useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { api, keyOf, person } from '../support/people.js';

const pem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const [older, newer] = [pem(), pem()];

const app = useApp({ env: { TOKEN_KEY: older } });
let secret: string;

beforeAll(async () => {
  secret = await keyOf(app, await person(app), api());
});

const published = async ({ url }: TestApp) =>
  (await ask(`${url}/.well-known/jwks.json`)).body as { keys: (JWK & { kid: string })[] };
const tokenOf = async ({ url }: TestApp) => {
  const json = { grant_type: 'client_credentials', client_secret: secret, scope: 'api' };
  return (await ask(`${url}/api/oauth/token`, { method: 'POST', json })).body.access_token as string;
};
const works = async ({ url }: TestApp, token: string) =>
  (await ask(`${url}/api/users/me`, { key: `Bearer ${token}` })).status === 200;
/** The same service, as it comes up after its settings were changed. */
const restarted = (TOKEN_KEY: string): AppOptions => ({
  databaseUrl: app.config.databaseUrl,
  env: { PUBLIC_URL: app.url, TOKEN_KEY },
  clock: app.clock,
});

describe('the published keys', () => {
  test('verify a token, by a library that knows nothing of us', async () => {
    const keys = createRemoteJWKSet(new URL(`${app.url}/.well-known/jwks.json`), { headers: { 'user-agent': 'jose' } });
    const expected = { issuer: app.url, audience: 'propolis', algorithms: ['ES256'] };
    const { payload, protectedHeader } = await jwtVerify(await tokenOf(app), keys, expected);
    expect(payload['scope']).toBe('api');
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: (await published(app)).keys[0]!.kid });
  });

  test('are public, may be remembered for a while, and hold nothing private', async () => {
    const { status, headers, body } = await ask(`${app.url}/.well-known/jwks.json`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    expect(headers.get('content-type')).toContain('application/json');
    const [key] = body.keys as JWK[];
    expect(Object.keys(key!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(key!.kid).toBe(await calculateJwkThumbprint(key!));
  });
});

describe('replacing a key', () => {
  test('behind, then before, then alone: no token is refused before the old key is gone', async () => {
    const first = await tokenOf(app);
    const both = await startApp(restarted(older + newer));
    try {
      expect((await published(both)).keys).toHaveLength(2);
      expect([await works(both, first), await works(app, await tokenOf(both))]).toEqual([true, true]);
      const turned = await startApp(restarted(newer + older));
      try {
        const next = await tokenOf(turned);
        // While processes restart one by one each takes the tokens of the others.
        expect([await works(turned, first), await works(both, next), await works(app, next)]).toEqual([
          true,
          true,
          false,
        ]);
        const [signing] = (await published(turned)).keys;
        await jwtVerify(next, createLocalJWKSet({ keys: [signing!] }));
        const done = await startApp(restarted(newer));
        try {
          expect([await works(done, next), await works(done, first)]).toEqual([true, false]);
          expect((await published(done)).keys.map(({ kid }) => kid)).toEqual([signing!.kid]);
        } finally {
          await done.stop();
        }
      } finally {
        await turned.stop();
      }
    } finally {
      await both.stop();
    }
  });

  test('a key that is given twice counts once', async () => {
    const twice = await startApp(restarted(older + older));
    try {
      expect((await published(twice)).keys).toHaveLength(1);
    } finally {
      await twice.stop();
    }
  });

  test('among several, each must be what it should be', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const TOKEN_KEY of [
      older + rsa.toString(),
      rsa.toString() + older,
      `${older}noise -----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----`,
    ])
      await expect(startApp(restarted(TOKEN_KEY))).rejects.toThrow(/^TOKEN_KEY: must be one or more elliptic-curve/);
  });
});

describe('the name of the key in a token', () => {
  const signed = async (header: object) => {
    const { id } = (await app.app.get(Keys).bySecret(secret))!;
    const now = Math.floor(app.clock.now().getTime() / 1000);
    return new SignJWT({ scope: 'api', key: id })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .setIssuer(app.url)
      .setAudience('propolis')
      .setIssuedAt(now)
      .setExpirationTime(now + 60)
      .sign(createPrivateKey(older));
  };

  test('is missing in tokens of earlier versions, which work', async () => {
    expect(await works(app, await signed({}))).toBe(true);
  });

  test.each(['', 'other', '../../etc/passwd', '__proto__'])('%j is none of ours', async (kid) => {
    expect(await works(app, await signed({ kid }))).toBe(false);
  });
});
