import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GivenConfig } from './config.js';

/**
 * Reads a secret file, or creates it (mode 0600) with what `make` returns. Processes that start together agree: the file
 * is written aside and linked into place, which only the first can do; the others read that one.
 */
export async function readOrCreateSecretFile(path: string, make: () => string | Promise<string>): Promise<string> {
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (existing !== undefined) return existing.trim();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(aside, `${(await make()).trim()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(aside);
  }
  return (await readFile(path, 'utf8')).trim();
}

/** Where generated secrets live when the settings give none. */
export const secretFile = (config: Pick<GivenConfig, 'dataDir'>, name: string): string =>
  join(config.dataDir, 'secrets', name);

/**
 * The private key that a setting gives as text or file, or else one that is generated on first start. `fits` says what kind
 * it must be; what is wrong is told by the setting's name and never by its value.
 */
export async function loadPrivateKey(setting: string, ...rest: KeySource): Promise<KeyObject> {
  return (await load(setting, rest, (text) => [text]))[0]!;
}

/** The same for a setting that may hold several keys, one PEM after the other; in their order. */
export const loadPrivateKeys = (setting: string, ...rest: KeySource): Promise<KeyObject[]> =>
  load(setting, rest, (text) => text.match(/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]*-----END \1-----/g) ?? [text]);

type KeySource = [
  given: { readonly pem?: string | undefined; readonly file?: string | undefined },
  generated: () => Promise<string>,
  fits: { readonly what: string; readonly test: (key: KeyObject) => boolean },
];

async function load(
  setting: string,
  [given, generated, fits]: KeySource,
  split: (text: string) => readonly string[],
): Promise<KeyObject[]> {
  const { pem, file } = given;
  const problem = (why: string) => new Error(`${pem === undefined ? `${setting}_FILE` : setting}: ${why}`);
  const unreadable = (error: NodeJS.ErrnoException) => Promise.reject(problem(`cannot be read (${error.code})`));
  const text = pem ?? (file === undefined ? await generated() : await readFile(file, 'utf8').catch(unreadable));
  const keys = split(text).map(parsePrivateKey);
  if (!keys.every((key): key is KeyObject => key !== undefined && fits.test(key)))
    throw problem(`must be ${fits.what}, in PEM and without a passphrase`);
  return keys;
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/**
 * Keys derived from the one secret of the installation, a separate one for each purpose (HKDF, RFC 5869), so that a hash
 * made for one is worth nothing for another.
 */
export class Secrets {
  private readonly derived = new Map<string, Buffer>();

  constructor(private readonly root: string) {}

  static async of(config: GivenConfig): Promise<Secrets> {
    const root =
      config.secretKey ??
      (await readOrCreateSecretFile(secretFile(config, 'secret-key'), () => randomBytes(32).toString('base64url')));
    if (root.length < 32) throw new Error('the generated secret key has been damaged: secrets/secret-key is too short');
    return new Secrets(root);
  }

  /** HMAC-SHA256 under the purpose's own key: 32 bytes. */
  keyedHash(purpose: string, value: string): Buffer {
    return createHmac('sha256', this.keyFor(purpose)).update(value).digest();
  }

  /**
   * Encrypts what must be read again, such as a TOTP secret: AES-256-GCM under the purpose's own key. `context` (a row's id,
   * say) is bound to it, so that a sealed value moved to another row does not open there. Layout: IV 12, tag 16, ciphertext.
   */
  seal(purpose: string, context: string, plain: string): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keyFor(`seal ${purpose}`), iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** What {@link seal} was given. Throws when it was sealed for anything else, or has been changed. */
  open(purpose: string, context: string, sealed: Buffer): string {
    const key = this.keyFor(`seal ${purpose}`);
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
  }

  private keyFor(purpose: string): Buffer {
    let key = this.derived.get(purpose);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', this.root, 'propolis', purpose, 32));
      this.derived.set(purpose, key);
    }
    return key;
  }
}
