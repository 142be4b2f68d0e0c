import { createHash, createPublicKey, generateKeyPair, KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface KeyPair {
  /** PKCS #8 PEM; the secret. */
  privateKey: string;
  /** SPKI PEM with exactly one entry, as clients require. */
  publicKey: string;
}

/** A new key for signing registries: RSA with 2048 bits, the size every client is known to work with. */
export async function generateSigningKey(): Promise<KeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** SPKI PEM of the public half of a key (PEM or KeyObject, private or public). */
export function publicKeyPem(key: KeyObject | string): string {
  return toPublic(key).export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * What users compare when they trust a repository: `SHA256:` and the unpadded base64 of the SHA-256 over the key in the
 * wire form of SSH, the same that `ssh-keygen -l` and `mix hex.repo` show.
 */
export function fingerprint(key: KeyObject | string): string {
  const { n = '', e = '' } = toPublic(key).export({ format: 'jwk' });
  const wire = [Buffer.from('ssh-rsa'), mpint(e), mpint(n)].flatMap((part) => [uint32(part.length), part]);
  const digest = createHash('sha256').update(Buffer.concat(wire)).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

function toPublic(key: KeyObject | string): KeyObject {
  return key instanceof KeyObject && key.type === 'public' ? key : createPublicKey(key);
}

/** A positive integer with a leading zero byte where its first bit is set. */
function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
