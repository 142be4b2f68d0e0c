import { type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { FormatError } from '../format-error.js';
import { SignedSchema } from './generated/registry_pb.js';
import { decodePayload } from './payload.js';

/** Far above any registry resource; keeps a hostile one from filling the memory. */
const MAX_SIGNED = 128 * 1024 * 1024;

/**
 * Turns a payload into the bytes that are stored and served: signed with RSA-SHA512 (PKCS #1 v1.5) and gzipped. The gzip
 * is part of the format and never a Content-Encoding. Equal input gives equal bytes, so an unchanged index keeps its
 * ETag. Both steps run on libuv's threads: signing takes about a millisecond, and `versions` can be megabytes.
 */
export async function signPayload(payload: Uint8Array, privateKey: KeyObject): Promise<Buffer> {
  const signature = await promisify(sign)('RSA-SHA512', payload, rsa(privateKey));
  return promisify(gzip)(toBinary(SignedSchema, create(SignedSchema, { payload, signature })));
}

/** The inverse: returns the payload if the signature is by the owner of `publicKey`. */
export async function openSigned(bytes: Uint8Array, publicKey: KeyObject): Promise<Uint8Array> {
  const { payload, signature } = decodePayload(SignedSchema, await unzip(bytes));
  const valid = await promisify(verify)('RSA-SHA512', payload, rsa(publicKey), signature);
  if (!valid) throw new FormatError('invalid_signature', 'invalid registry resource: wrong signature');
  return payload;
}

async function unzip(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_SIGNED });
  } catch {
    throw new FormatError('invalid_registry', 'invalid registry resource: not gzip-compressed');
  }
}

/** Any other kind of key would sign in a way that clients cannot verify. */
function rsa(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') throw new FormatError('invalid_key', 'the registry key must be an RSA key');
  return key;
}
