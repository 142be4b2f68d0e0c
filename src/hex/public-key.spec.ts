import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fingerprint, generateSigningKey, publicKeyPem } from './public-key.js';

const golden = (name: string) => readFileSync(`test/golden/hex-bytes/registry-key.${name}`, 'utf8');

test('the public half is what openssl exports', () => {
  expect(publicKeyPem(golden('pem'))).toBe(golden('pub.pem'));
  expect(publicKeyPem(createPrivateKey(golden('pem')))).toBe(golden('pub.pem'));
  expect(publicKeyPem(createPublicKey(golden('pub.pem')))).toBe(golden('pub.pem'));
});

describe('the fingerprint', () => {
  test('is the one ssh-keygen shows', () => {
    expect(`${fingerprint(golden('pub.pem'))}\n`).toBe(golden('fingerprint'));
  });

  test('is the same for every form of the key', () => {
    const expected = fingerprint(golden('pub.pem'));
    expect(fingerprint(golden('pem'))).toBe(expected);
    expect(fingerprint(createPublicKey(golden('pub.pem')))).toBe(expected);
    const pkcs1 = createPublicKey(golden('pub.pem')).export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(fingerprint(pkcs1)).toBe(expected);
  });
});

test('a new key is RSA with 2048 bits, its halves belong together', async () => {
  const { privateKey, publicKey } = await generateSigningKey();
  expect(createPrivateKey(privateKey).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(publicKey.match(/BEGIN/g)).toHaveLength(1);
  expect(publicKeyPem(privateKey)).toBe(publicKey);
});
