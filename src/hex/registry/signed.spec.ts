import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../format-error.js';
import { openSigned, signPayload } from './signed.js';

const golden = (name: string) => readFileSync(`test/golden/hex-bytes/${name}`);

const privateKey = createPrivateKey(golden('registry-key.pem'));
const publicKey = createPublicKey(golden('registry-key.pub.pem'));
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe.each(['names', 'versions', 'package', 'policy'])('%s', (name) => {
  test('is signed to the bytes that hex_core signs', async () => {
    const signed = await signPayload(golden(`${name}.payload`), privateKey);
    expect(gunzipSync(signed)).toEqual(gunzipSync(golden(`${name}.signed.gz`)));
  });

  test('signed by hex_core is opened', async () => {
    const payload = await openSigned(golden(`${name}.signed.gz`), publicKey);
    expect(Buffer.from(payload)).toEqual(golden(`${name}.payload`));
  });
});

test('the same payload gives the same bytes', async () => {
  const payload = Buffer.from('payload');
  expect(await signPayload(payload, privateKey)).toEqual(await signPayload(payload, privateKey));
});

describe('what is refused', () => {
  const refused = async (bytes: Uint8Array, code: string) => {
    await expect(openSigned(bytes, publicKey)).rejects.toBeInstanceOf(FormatError);
    await expect(openSigned(bytes, publicKey)).rejects.toMatchObject({ code });
  };

  test('the signature of another key', async () => {
    await refused(await signPayload(Buffer.from('payload'), stranger.privateKey), 'invalid_signature');
  });

  test('a changed payload', async () => {
    const message = gunzipSync(await signPayload(Buffer.from('payload'), privateKey));
    message[message.indexOf('payload')]! ^= 1;
    await refused(gzipSync(message), 'invalid_signature');
  });

  test('no signature', async () => {
    await refused(gzipSync(Buffer.from([0x0a, 1, 0x61])), 'invalid_signature');
  });

  test('no payload', async () => {
    await refused(gzipSync(Buffer.from([])), 'invalid_signature');
  });

  test('no protobuf, no gzip, half of it', async () => {
    await refused(gzipSync('<html>'), 'invalid_registry');
    await refused(Buffer.from('<html>'), 'invalid_registry');
    await refused(golden('names.signed.gz').subarray(0, 100), 'invalid_registry');
  });

  test('a resource that would fill the memory', async () => {
    const mebibyte = gzipSync(Buffer.alloc(1024 * 1024));
    await refused(Buffer.concat(Array<Buffer>(129).fill(mebibyte)), 'invalid_registry');
  });

  test('a key that is not plain RSA', async () => {
    const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await expect(signPayload(Buffer.from('payload'), ec)).rejects.toThrow('the registry key must be an RSA key');
  });
});
