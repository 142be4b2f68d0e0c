import { Injectable } from '@nestjs/common';
import { type Credential, Credentials } from '../accounts/credentials.js';
import { type Grant } from '../accounts/grant.entity.js';
import { type Key } from '../accounts/key.entity.js';
import { LastUse } from '../accounts/last-use.js';
import { type Permission } from '../accounts/permissions.js';
import { type User } from '../accounts/user.entity.js';
import { Users } from '../accounts/users.js';
import { WriteProofs } from '../accounts/write-proofs.js';
import { type Actor, type Origin } from '../audit/actor.js';
import { Organizations } from '../organizations/organizations.js';
import { DomainError } from '../platform/errors.js';

/** Somebody at a door: who it is, and what the credential they showed may be used for. */
export interface Caller {
  readonly actor: Extract<Actor, { kind: 'anonymous' | 'user' | 'organization' }>;
  readonly permissions: readonly Permission[];
  /** When the credential stops working by itself; null: not by itself. */
  readonly until: Date | null;
  /** The key behind the request, directly or through a token. */
  readonly key: Key | null;
  readonly byToken: boolean;
  /** What a person has allowed the program behind the request, where it shows a token of that. */
  readonly grant?: Grant;
  /** What the token behind the request would open, had the organization's standing allowed it when it was minted. */
  readonly withheld?: readonly Permission[] | undefined;
  /** What a change takes besides the credential; throws where it was not shown. Absent where nothing more is needed. */
  readonly prove?: () => Promise<void>;
}

/** Given for requests that may change something. */
export interface Writing {
  /** The code that came with the request, as it came. */
  readonly code: string | undefined;
}

/** What a password stands for: all that its owner may do. */
export const EVERYTHING: readonly Permission[] = [
  { domain: 'api', resource: null },
  { domain: 'repositories', resource: null },
];

const unauthenticated = (code: string, message: string) => new DomainError('unauthenticated', code, message);

/** From an Authorization header to a caller: the credential, then whose it is, and whether that account is open. */
@Injectable()
export class Callers {
  constructor(
    private readonly credentials: Credentials,
    private readonly users: Users,
    private readonly organizations: Organizations,
    private readonly lastUse: LastUse,
    private readonly proofs: WriteProofs,
  ) {}

  /** Throws `unauthenticated` for a credential that does not work; without one the caller is anonymous. */
  async identify(authorization: string | undefined, origin: Origin, writing?: Writing): Promise<Caller> {
    const credential = await this.credentials.recognize(authorization, origin);
    const caller = await this.callerOf(credential, origin);
    const { grant } = caller;
    if (grant === undefined || writing === undefined) return caller;
    // Once for a request: it may take longer than its code lives.
    let proved: Promise<void> | undefined;
    return { ...caller, prove: () => (proved ??= this.proofs.demand(grant, writing.code, origin)) };
  }

  /** Somebody who looks at pages, logged in (with all that they may) or not. */
  visiting(user: User | null, origin: Origin): Caller {
    const actor: Caller['actor'] = user === null ? { kind: 'anonymous', origin } : userActor(user, origin);
    return { actor, permissions: user === null ? [] : EVERYTHING, until: null, key: null, byToken: false };
  }

  /** The caller that the secret of a key stands for. */
  async identifyKey(secret: string, origin: Origin): Promise<Caller> {
    return this.callerOf(await this.credentials.key(secret), origin);
  }

  /** The caller that a grant stands for, with all that was granted. */
  async identifyGrant(id: string, origin: Origin): Promise<Caller> {
    return this.callerOf(await this.credentials.grant(id), origin);
  }

  private async callerOf(credential: Credential, origin: Origin): Promise<Caller> {
    switch (credential.kind) {
      case 'none':
        return { actor: { kind: 'anonymous', origin }, permissions: [], until: null, key: null, byToken: false };
      case 'refused':
        throw new DomainError(credential.kindOfRefusal ?? 'unauthenticated', credential.code, credential.message);
      case 'password':
        return {
          actor: userActor(credential.user, origin),
          permissions: EVERYTHING,
          until: null,
          key: null,
          byToken: false,
        };
      case 'key': {
        const { key, permissions, withheld, until, byToken } = credential;
        this.lastUse.note('keys', key.id, origin);
        const actor = await this.ownerOf(key, { ...origin, keyId: key.id, keyName: key.name });
        return { actor, permissions, withheld, until, key, byToken };
      }
      case 'grant': {
        const { grant, user, permissions, withheld, until } = credential;
        this.lastUse.note('grants', grant.id, origin);
        return {
          actor: userActor(user, { ...origin, grantId: grant.id }),
          permissions,
          withheld,
          until,
          key: null,
          byToken: true,
          grant,
        };
      }
    }
  }

  private async ownerOf(key: Key, origin: Origin): Promise<Caller['actor']> {
    if (key.userId !== null) {
      const user = await this.users.byId(key.userId);
      if (user === null) throw unauthenticated('invalid_key', 'invalid API key');
      return userActor(user, origin);
    }
    const organization = await this.organizations.byId(key.organizationId!);
    if (organization === null) throw unauthenticated('invalid_key', 'invalid API key');
    return { kind: 'organization', organizationId: organization.id, name: organization.name, origin };
  }
}

function userActor(user: User, origin: Origin): Caller['actor'] {
  if (user.deactivatedAt !== null) throw unauthenticated('account_deactivated', 'this account has been deactivated');
  return { kind: 'user', userId: user.id, name: user.name, origin };
}
