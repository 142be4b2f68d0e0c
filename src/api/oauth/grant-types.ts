import { Injectable } from '@nestjs/common';
import { type Caller, Callers } from '../../access/callers.js';
import { Minting } from '../../access/minting.js';
import { AuthorizationCodes } from '../../accounts/authorization-codes.js';
import { DeviceCodes } from '../../accounts/device-codes.js';
import { DEVICE_GRANT } from '../../accounts/oauth-client.entity.js';
import { mustAllow, OAuthClients } from '../../accounts/oauth-clients.js';
import { oauthProblem } from '../../accounts/oauth-problem.js';
import { fromScope } from '../../accounts/permissions.js';
import { type Refreshed, Refreshing } from '../../accounts/refreshing.js';
import { type Behind, Tokens } from '../../accounts/tokens.js';
import { nameOf, type Origin } from '../../audit/actor.js';
import { DomainError } from '../../platform/errors.js';

/** What a token request holds, whatever its grant type needs of it. */
export interface TokenInput {
  readonly grant_type: string;
  readonly client_id?: unknown;
  readonly client_secret?: unknown;
  readonly scope?: string | undefined;
  readonly device_code?: unknown;
  readonly refresh_token?: unknown;
  readonly code?: unknown;
  readonly redirect_uri?: unknown;
  readonly code_verifier?: unknown;
}

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope: string;
}

/** The ways to a token, one a grant type. What a caller did wrong is a DomainError whose code is OAuth's. */
@Injectable()
export class GrantTypes {
  constructor(
    private readonly callers: Callers,
    private readonly minting: Minting,
    private readonly tokens: Tokens,
    private readonly clients: OAuthClients,
    private readonly devices: DeviceCodes,
    private readonly codes: AuthorizationCodes,
    private readonly refreshing: Refreshing,
  ) {}

  answer(input: TokenInput, origin: Origin): Promise<TokenAnswer> {
    switch (input.grant_type) {
      case 'client_credentials':
        return this.exchangeKey(input, origin);
      case DEVICE_GRANT:
        return this.collect(input, origin);
      case 'authorization_code':
        return this.redeem(input, origin);
      case 'refresh_token':
        return this.refresh(input, origin);
      default:
        return Promise.reject(
          oauthProblem('unsupported_grant_type', `grant type "${input.grant_type.slice(0, 100)}" is not supported`),
        );
    }
  }

  /**
   * An API key becomes a token, which mix does before it fetches from an organization; the key is the client's secret. A key
   * without any of the asked scope gets a token that opens nothing instead of an error: the fetch then says in plain words
   * that it is not allowed, where a failed exchange makes mix hang for a minute (hex-protocol.md 4.3).
   */
  private async exchangeKey({ client_secret, scope }: TokenInput, origin: Origin): Promise<TokenAnswer> {
    const secret = typeof client_secret === 'string' ? client_secret : '';
    const caller = await this.callers.identifyKey(secret, origin).catch((error: unknown) => {
      throw error instanceof DomainError ? oauthProblem('invalid_client', error.message) : error;
    });
    const { id, expiresAt } = caller.key!;
    return this.mint(caller, { kind: 'key', id, expiresAt }, scope);
  }

  private async collect(input: TokenInput, origin: Origin): Promise<TokenAnswer> {
    const client = await this.clients.authenticate(input.client_id, input.client_secret);
    mustAllow(client, DEVICE_GRANT);
    return this.begin(await this.devices.collect(input.device_code, client.id), undefined, origin);
  }

  private async redeem(input: TokenInput, origin: Origin): Promise<TokenAnswer> {
    const client = await this.clients.authenticate(input.client_id, input.client_secret);
    mustAllow(client, 'authorization_code');
    const exchange = { code: input.code, redirectUri: input.redirect_uri, verifier: input.code_verifier };
    return this.begin(await this.codes.redeem(exchange, client.id, origin), undefined, origin);
  }

  private async refresh(input: TokenInput, origin: Origin): Promise<TokenAnswer> {
    const client = await this.clients.authenticate(input.client_id, input.client_secret);
    mustAllow(client, 'refresh_token');
    return this.begin(await this.refreshing.refresh(input.refresh_token, client.id, origin), input.scope, origin);
  }

  private async begin({ grant, refreshToken }: Refreshed, scope: string | undefined, origin: Origin) {
    const caller = await this.callers.identifyGrant(grant.id, origin).catch((error: unknown) => {
      throw error instanceof DomainError ? oauthProblem('invalid_grant', error.message) : error;
    });
    const minted = await this.mint(caller, { kind: 'grant', id: grant.id, expiresAt: grant.expiresAt }, scope);
    return { ...minted, refresh_token: refreshToken };
  }

  private async mint(caller: Caller, behind: Behind & { expiresAt: Date | null }, scope: string | undefined) {
    const mintable = await this.minting.scope(caller, scope === undefined ? undefined : fromScope(scope));
    const { actor } = caller;
    const subject = `${actor.kind === 'organization' ? 'org' : 'user'}:${nameOf(actor)}`;
    const minted = await this.tokens.mint(behind, subject, mintable);
    const { token: access_token, expiresIn: expires_in } = minted;
    return { access_token, token_type: 'bearer', expires_in, scope: minted.scope } as const;
  }
}
