import { randomUUID, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, In, IsNull } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { invalidFields, notFound } from '../platform/errors.js';
import { newSecretToken } from '../platform/secret-token.js';
import { Secrets } from '../platform/secrets.js';
import { Grants } from './grants.js';
import { type GrantType, OAuthClient } from './oauth-client.entity.js';
import { oauthProblem } from './oauth-problem.js';
import { domains, type Permission } from './permissions.js';
import { redirectProblem } from './redirect-uris.js';

export interface NewOAuthClient {
  /** Default: a new one. */
  readonly id?: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  readonly scopes: readonly string[];
  /** Can it keep a secret? A server can, a program on somebody's machine cannot. */
  readonly confidential: boolean;
}

export interface MadeOAuthClient {
  readonly client: OAuthClient;
  /** Shown once; null for a public client. */
  readonly secret: string | null;
}

const MOST_SCOPES = 20;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The programs that may ask people for access. */
@Injectable()
export class OAuthClients {
  constructor(
    private readonly database: DataSource,
    private readonly grants: Grants,
    private readonly secrets: Secrets,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: NewOAuthClient): Promise<MadeOAuthClient> {
    const name = input.name.trim();
    if (!/^[^\p{C}]{1,100}$/u.test(name)) throw invalidFields({ name: 'must be 1 to 100 printable characters' });
    for (const uri of input.redirectUris) {
      const problem = redirectProblem(uri);
      if (problem !== null) throw invalidFields({ redirect_uri: `${uri} ${problem}` });
    }
    if (input.grantTypes.includes('authorization_code') && input.redirectUris.length === 0)
      throw invalidFields({ redirect_uri: 'at least one is needed for the authorization code' });
    const unknown = input.scopes.find((scope) => !(domains as readonly string[]).includes(scope));
    if (unknown !== undefined) throw invalidFields({ scope: `${unknown} is none of ${domains.join(', ')}` });
    const secret = input.confidential ? newSecretToken() : null;
    const client = await this.database.transaction(async (tx) => {
      const made = await tx.save(
        tx.create(OAuthClient, {
          ...{ id: input.id ?? randomUUID(), name, secretHash: secret === null ? null : this.hashOf(secret) },
          ...{ redirectUris: [...input.redirectUris], grantTypes: [...input.grantTypes], scopes: [...input.scopes] },
          ...{ createdAt: this.clock.now(), removedAt: null },
        }),
      );
      await this.audit.record(tx, actor, 'oauth_client.create', {}, { client: made.id, name });
      return made;
    });
    return { client, secret };
  }

  list(): Promise<OAuthClient[]> {
    return this.database.manager.find(OAuthClient, { where: { removedAt: IsNull() }, order: { name: 'asc' } });
  }

  /** Removed ones included, for lists of what they were granted. */
  byIds(ids: readonly string[]): Promise<OAuthClient[]> {
    return this.database.manager.findBy(OAuthClient, { id: In([...ids]) });
  }

  /** The registered client with this id, or null. */
  async find(id: unknown): Promise<OAuthClient | null> {
    if (typeof id !== 'string' || !UUID.test(id)) return null;
    return this.database.manager.findOneBy(OAuthClient, { id, removedAt: IsNull() });
  }

  /**
   * The client that makes a request itself. Throws `invalid_client` for one that is not registered, or whose secret is
   * missing or wrong where it has one.
   */
  async authenticate(id: unknown, secret: unknown): Promise<OAuthClient> {
    const client = await this.find(id);
    if (client === null) throw oauthProblem('invalid_client', 'this client is not registered');
    if (client.secretHash === null) return client;
    if (typeof secret !== 'string' || !timingSafeEqual(this.hashOf(secret), client.secretHash))
      throw oauthProblem('invalid_client', 'the client secret is missing or wrong');
    return client;
  }

  /** Takes it out of use; all that people have granted it ends in the same moment. */
  async remove(actor: Actor, id: string): Promise<{ client: OAuthClient; ended: number }> {
    const client = await this.find(id);
    if (client === null) throw notFound(`client ${id}`);
    return this.database.transaction(async (tx) => {
      await tx.update(OAuthClient, { id: client.id }, { removedAt: this.clock.now() });
      const ended = await this.grants.revokeOfClient(tx, actor, client.id);
      await this.audit.record(tx, actor, 'oauth_client.remove', {}, { client: client.id, name: client.name, ended });
      return { client, ended };
    });
  }

  private hashOf(secret: string): Buffer {
    return this.secrets.keyedHash('oauth-clients', secret);
  }
}

/** Throws `unauthorized_client` where the client was not registered for this. */
export function mustAllow(client: OAuthClient, grantType: GrantType): void {
  if (!client.grantTypes.includes(grantType))
    throw oauthProblem('unauthorized_client', `${client.name} is not registered for this way of asking`);
}

/**
 * What of `asked` the client may ask people for. The whole API is taken apart into reading and writing, so that a person
 * can allow the one without the other. Throws `invalid_scope` when nothing is left.
 */
export function askable(client: OAuthClient, asked: readonly Permission[]): Permission[] {
  const apart = asked
    .filter(({ domain }) => client.scopes.includes(domain))
    .flatMap((one): Permission[] =>
      one.domain === 'api' && one.resource === null
        ? [
            { domain: 'api', resource: 'read' },
            { domain: 'api', resource: 'write' },
          ]
        : [one],
    );
  const unique = apart.filter(
    (one, at) => apart.findIndex((other) => other.domain === one.domain && other.resource === one.resource) === at,
  );
  if (unique.length === 0) throw oauthProblem('invalid_scope', 'none of the scopes asked for can be granted');
  if (unique.length > MOST_SCOPES)
    throw oauthProblem('invalid_scope', `at most ${MOST_SCOPES} scopes can be asked for`);
  return unique;
}
