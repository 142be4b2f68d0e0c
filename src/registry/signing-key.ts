import { type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { fingerprint, generateSigningKey, publicKeyPem } from '../hex/public-key.js';
import { type GivenConfig } from '../platform/config.js';
import { loadPrivateKey, readOrCreateSecretFile, secretFile } from '../platform/secrets.js';

/** Injection token of the RSA private key that signs every index. */
export const REGISTRY_KEY = Symbol('registry signing key');

/** From the settings, or made on first start. Clients trust exactly one key, so losing it means visiting every client. */
export const loadRegistryKey = (config: GivenConfig): Promise<KeyObject> =>
  loadPrivateKey('SIGNING_KEY', config.signingKey, () => generated(config), {
    what: 'an RSA private key',
    test: (key) => key.asymmetricKeyType === 'rsa',
  });

const generated = (config: GivenConfig): Promise<string> =>
  readOrCreateSecretFile(secretFile(config, 'signing-key.pem'), async () => (await generateSigningKey()).privateKey);

/** The key as others see it. */
@Injectable()
export class SigningKey {
  readonly publicPem: string;
  /** `SHA256:…`, what `mix hex.repo add --fetch-public-key` is given. */
  readonly fingerprint: string;

  constructor(@Inject(REGISTRY_KEY) readonly privateKey: KeyObject) {
    this.publicPem = publicKeyPem(privateKey);
    this.fingerprint = fingerprint(privateKey);
  }
}
