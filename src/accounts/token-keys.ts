import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type GivenConfig } from '../platform/config.js';
import { loadPrivateKeys, readOrCreateSecretFile, secretFile } from '../platform/secrets.js';

/** A public key as others read it (RFC 7517, 7518 section 6.2). */
export interface PublishedKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

interface TokenKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly published: PublishedKey;
}

/**
 * The keys that access tokens are signed with: the first signs, all of them verify and are published. So a key is replaced
 * without a token being refused: the new one is added behind the old, then put before it, then the old one is taken away.
 */
export class TokenKeys {
  private readonly all: readonly TokenKey[];

  /** At least one. */
  constructor(given: readonly KeyObject[]) {
    const keys = given.map(tokenKey);
    this.all = keys.filter(({ published }, at) => keys.findIndex((one) => one.published.kid === published.kid) === at);
  }

  get signing(): { readonly kid: string; readonly privateKey: KeyObject } {
    const { privateKey, published } = this.all[0]!;
    return { kid: published.kid, privateKey };
  }

  /** The public key for a token whose header names `kid`. Tokens without one were signed before there was more than one key. */
  verifying(kid: unknown): KeyObject | null {
    const found = kid === undefined ? this.all.at(-1) : this.all.find(({ published }) => published.kid === kid);
    return found?.publicKey ?? null;
  }

  published(): PublishedKey[] {
    return this.all.map(({ published }) => published);
  }
}

/** From the settings, or one generated into the data directory on first start. */
export const loadTokenKeys = async (config: GivenConfig): Promise<TokenKeys> =>
  new TokenKeys(
    await loadPrivateKeys('TOKEN_KEY', config.tokenKey, () => generated(config), {
      what: 'one or more elliptic-curve private keys on P-256',
      test: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
    }),
  );

const generated = (config: GivenConfig): Promise<string> =>
  readOrCreateSecretFile(secretFile(config, 'token-key.pem'), () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );

function tokenKey(privateKey: KeyObject): TokenKey {
  const publicKey = createPublicKey(privateKey);
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const published = { kty: 'EC', crv: 'P-256', x, y, kid: thumbprint(x, y), use: 'sig', alg: 'ES256' } as const;
  return { privateKey, publicKey, published };
}

/** RFC 7638: the required members only, in the order of the alphabet. */
const thumbprint = (x: string, y: string): string =>
  createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
