import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
  VerifiedRegistrationResponse,
} from '@simplewebauthn/server';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { isPostgresError, type Tx, UNIQUE_VIOLATION } from '../platform/database.js';
import { DomainError, invalidFields, notFound } from '../platform/errors.js';
import { Secrets } from '../platform/secrets.js';
import { Passkey } from './passkey.entity.js';
import { PasskeyChallenges } from './sign-in/passkey-challenges.js';
import { type User } from './user.entity.js';

/** Loaded with the first passkey: it is some three hundred modules, and most processes need none of them. */
const webauthn = () => import('@simplewebauthn/server');

const MOST_OF_A_USER = 20;

/** An authenticator's answer that proved to be right. */
export interface PasskeyAnswer {
  readonly passkey: Passkey;
  /** The authenticator knows its person: by PIN, finger or face. */
  readonly userVerified: boolean;
}

/** An authenticator's new passkey, checked. */
export type MadePasskey = Pick<
  NonNullable<VerifiedRegistrationResponse['registrationInfo']>,
  'credential' | 'credentialBackedUp'
> & { readonly name: string };

const refused = () => new DomainError('invalid', 'passkey_refused', 'the passkey could not be used, please try again');

/**
 * Passkeys (WebAuthn). A `holder` (`session:12`, `pending:7`, `login`) is who was asked: only the same one may answer. Names of
 * people and addresses are not given to authenticators as their handle, since it can be read without unlocking them.
 */
@Injectable()
export class Passkeys {
  private readonly site: URL;

  constructor(
    private readonly database: DataSource,
    private readonly challenges: PasskeyChallenges,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.site = new URL(config.publicUrl);
  }

  /** Browsers know passkeys for names only: a site that is reached by an IP address has none. */
  get areOffered(): boolean {
    return isIP(this.site.hostname.replace(/^\[|\]$/g, '')) === 0;
  }

  list(userId: string, db: Tx = this.database.manager): Promise<Passkey[]> {
    return db.find(Passkey, { where: { userId }, order: { id: 'asc' } });
  }

  any(userId: string, db: Tx = this.database.manager): Promise<boolean> {
    return db.existsBy(Passkey, { userId });
  }

  /** What to hand to `navigator.credentials.create`. */
  async invite(user: User, holder: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const [{ generateRegistrationOptions }, existing] = [await webauthn(), await this.list(user.id)];
    return generateRegistrationOptions({
      ...{ rpName: 'Propolis', rpID: this.site.hostname, userName: user.name, userDisplayName: user.fullName ?? '' },
      userID: new Uint8Array(this.secrets.keyedHash('passkey-users', user.id)),
      challenge: Buffer.from(await this.challenges.make(holder), 'base64url').slice(),
      excludeCredentials: existing.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    });
  }

  /** Checks what the authenticator made for {@link invite}; {@link add} keeps it. */
  async made(holder: string, name: string, response: unknown): Promise<MadePasskey> {
    return { name: passkeyName(name), ...(await this.registered(holder, response)) };
  }

  async add(tx: Tx, user: User, { name, credential, credentialBackedUp }: MadePasskey): Promise<Passkey> {
    if ((await tx.countBy(Passkey, { userId: user.id })) >= MOST_OF_A_USER)
      throw new DomainError('conflict', 'too_many_passkeys', `at most ${MOST_OF_A_USER} passkeys can be kept`);
    try {
      return await tx.save(
        tx.create(Passkey, {
          ...{ userId: user.id, credentialId: credential.id, publicKey: Buffer.from(credential.publicKey), name },
          ...{ counter: String(credential.counter), transports: credential.transports ?? [] },
          ...{ isSynced: credentialBackedUp, createdAt: this.clock.now(), lastUsedAt: null },
        }),
      );
    } catch (error) {
      throw isPostgresError(error, UNIQUE_VIOLATION) ? refused() : error;
    }
  }

  /** What to hand to `navigator.credentials.get`; without a user whatever passkey the person has for this site will do. */
  async ask(holder: string, user?: User): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const theirs = user === undefined ? undefined : await this.list(user.id);
    const { generateAuthenticationOptions } = await webauthn();
    return generateAuthenticationOptions({
      ...{ rpID: this.site.hostname, userVerification: user === undefined ? 'required' : 'preferred' },
      challenge: Buffer.from(await this.challenges.make(holder), 'base64url').slice(),
      allowCredentials: theirs?.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    });
  }

  /** The passkey that signed what this holder was asked; null for anything else. */
  async answer(holder: string, response: unknown): Promise<PasskeyAnswer | null> {
    if (!isCredential(response)) return null;
    const passkey = await this.database.manager.findOneBy(Passkey, { credentialId: response.id });
    const result = passkey && (await this.verified(holder, passkey, response));
    if (passkey === null || result === null || !(await this.noteUse(passkey, result.newCounter))) return null;
    return { passkey, userVerified: result.userVerified };
  }

  async rename(tx: Tx, userId: string, id: string, name: string): Promise<void> {
    await this.theirs(tx, userId, id);
    await tx.update(Passkey, { id, userId }, { name: passkeyName(name) });
  }

  async remove(tx: Tx, userId: string, id: string): Promise<Passkey> {
    const passkey = await this.theirs(tx, userId, id);
    await tx.delete(Passkey, { id });
    return passkey;
  }

  private async theirs(tx: Tx, userId: string, id: string): Promise<Passkey> {
    const passkey = /^\d{1,18}$/.test(id) ? await tx.findOneBy(Passkey, { id, userId }) : null;
    if (passkey === null) throw notFound('passkey');
    return passkey;
  }

  private async registered(holder: string, response: unknown) {
    if (!(await isAsAsked(response))) throw refused();
    const { verifyRegistrationResponse } = await webauthn();
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: (challenge) => this.challenges.use(holder, challenge),
      ...{ expectedOrigin: this.site.origin, expectedRPID: this.site.hostname, requireUserVerification: false },
    }).catch(() => ({ verified: false, registrationInfo: undefined }));
    if (!verified || registrationInfo === undefined) throw refused();
    return registrationInfo;
  }

  private async verified(holder: string, passkey: Passkey, response: AuthenticationResponseJSON) {
    const { verifyAuthenticationResponse } = await webauthn();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (challenge) => this.challenges.use(holder, challenge),
      ...{ expectedOrigin: this.site.origin, expectedRPID: this.site.hostname, requireUserVerification: false },
      credential: {
        ...{ id: passkey.credentialId, publicKey: new Uint8Array(passkey.publicKey), counter: Number(passkey.counter) },
      },
    }).catch(() => ({ verified: false, authenticationInfo: undefined }));
    return verified && authenticationInfo !== undefined ? authenticationInfo : null;
  }

  /** A counter that does not grow means that the key was copied; those that do not count stay at 0. */
  private async noteUse(passkey: Passkey, counter: number): Promise<boolean> {
    const { affected } = await this.database.manager
      .createQueryBuilder()
      .update(Passkey)
      .set({ counter: String(counter), lastUsedAt: this.clock.now() })
      .where('id = :id and (counter < :counter or (counter = 0 and :counter = 0))', { id: passkey.id, counter })
      .execute();
    return affected === 1;
  }
}

function passkeyName(typed: string): string {
  const name = typed.trim();
  if (!/^[^\p{C}]{1,60}$/u.test(name)) throw invalidFields({ name: 'must be 1 to 60 printable characters' });
  return name;
}

/**
 * We ask for no attestation, so browsers send none, or one that is signed by the new key itself. The library would judge the
 * other kinds too, and for that fetch lists of revoked certificates from wherever the certificates say.
 */
async function isAsAsked(response: unknown): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  try {
    const { attestationObject } = (response as RegistrationResponseJSON).response;
    const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
    return attestation.get('fmt') === 'none' || attestation.get('fmt') === 'packed';
  } catch {
    return false;
  }
}

const isCredential = (response: unknown): response is AuthenticationResponseJSON =>
  typeof response === 'object' && response !== null && 'id' in response && isCredentialId(response.id);

/** As WebAuthn has them: at most 1023 bytes, in base64url. */
const isCredentialId = (id: unknown): boolean => typeof id === 'string' && /^[A-Za-z0-9_-]{1,1364}$/.test(id);
