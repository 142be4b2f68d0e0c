import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

type Json = Record<string, unknown>;

// Just enough DER (X.690) for a certificate.
const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const integer = (value: number) => der(0x02, Buffer.from([value]));
const octets = (...parts: Uint8Array[]) => der(0x04, ...parts);
const bits = (value: Uint8Array) => der(0x03, Buffer.from([0]), value);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const time = (text: string) => der(0x17, Buffer.from(text));
const name = (text: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
const newKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' });

function certificate(subject: string, of: Keys, by: Keys, extensions: readonly Buffer[]): Buffer {
  const body = sequence(
    ...[der(0xa0, integer(2)), integer(7), ECDSA_SHA256, name('root')],
    ...[sequence(time('200101000000Z'), time('490101000000Z')), name(subject)],
    of.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  return sequence(body, ECDSA_SHA256, bits(sign('sha256', body, by.privateKey)));
}

const extension = (id: string, value: Buffer) => sequence(oid(id), octets(value));
/** cRLDistributionPoints: where to ask whether the certificate has been revoked. */
const revocationAt = (url: string) =>
  extension('551d1f', sequence(sequence(der(0xa0, der(0xa0, der(0x86, Buffer.from(url)))))));
/** What Android's key store says about a key it has made for `challenge`. */
const keyDescription = (challenge: Buffer) =>
  extension(
    '2b06010401d679020111',
    sequence(
      ...[integer(3), der(0x0a, Buffer.from([1])), integer(4), der(0x0a, Buffer.from([1]))],
      ...[octets(challenge), octets(), sequence(), sequence()],
    ),
  );

const coordinate = ({ publicKey }: Keys, axis: 'x' | 'y') =>
  new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' })[axis]!, 'base64url'));

function authenticatorData(rpId: string, credentialId: Buffer, keys: Keys): Uint8Array {
  const key = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      ...([
        [1, 2],
        [3, -7],
        [-1, 1],
      ] as const),
      ...([
        [-2, coordinate(keys, 'x')],
        [-3, coordinate(keys, 'y')],
      ] as const),
    ]),
  );
  const upAndVerifiedWithKey = Buffer.from([0x45, 0, 0, 0, 0]);
  const length = Buffer.from([0, credentialId.length]);
  return new Uint8Array(
    Buffer.concat([
      createHash('sha256').update(rpId).digest(),
      ...[upAndVerifiedWithKey, Buffer.alloc(16), length, credentialId, key],
    ]),
  );
}

/**
 * The answer of an authenticator, made by hand: with no attestation, or with one of Android's kind whose certificates name
 * `crl` as the place to ask for revocations.
 */
export function newCredential(site: string, challenge: string, crl?: string): Json {
  const { hostname, origin } = new URL(site);
  const [keys, root] = [newKeys(), newKeys()];
  const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.create', challenge, origin }));
  const clientDataHash = createHash('sha256').update(clientData).digest();
  const credentialId = randomBytes(16);
  const authData = authenticatorData(hostname, credentialId, keys);
  const statement = () => {
    const leaf = certificate('leaf', keys, root, [keyDescription(clientDataHash), revocationAt(crl!)]);
    const x5c = [leaf, certificate('root', root, root, [])].map((one) => new Uint8Array(one));
    const sig = new Uint8Array(sign('sha256', Buffer.concat([authData, clientDataHash]), keys.privateKey));
    return new Map<string, unknown>([
      ...([
        ['alg', -7],
        ['sig', sig],
        ['x5c', x5c],
      ] as const),
    ]);
  };
  const attestation = new Map<string, unknown>([
    ['fmt', crl === undefined ? 'none' : 'android-key'],
    ['attStmt', crl === undefined ? new Map() : statement()],
    ['authData', authData],
  ]);
  const attestationObject = Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url');
  const id = credentialId.toString('base64url');
  return {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: { clientDataJSON: clientData.toString('base64url'), attestationObject, transports: ['internal'] },
  };
}
