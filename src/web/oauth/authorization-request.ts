import { Injectable } from '@nestjs/common';
import { isChallenge } from '../../accounts/authorization-codes.js';
import { type OAuthClient } from '../../accounts/oauth-client.entity.js';
import { askable, mustAllow, OAuthClients } from '../../accounts/oauth-clients.js';
import { fromScope, type Permission } from '../../accounts/permissions.js';
import { isRegistered } from '../../accounts/redirect-uris.js';
import { oauthProblem } from '../../accounts/oauth-problem.js';
import { DomainError } from '../../platform/errors.js';
import { Urls } from '../../platform/urls.js';

/** A program's wish to act for whoever looks at the page. */
export interface AuthorizationRequest {
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeChallenge: string;
  readonly permissions: readonly Permission[];
}

/** What is wrong with a wish, for the program: to be told by sending the browser back there. */
export interface BackToClient {
  readonly location: string;
}

/**
 * Reads the request of the authorization code flow (RFC 6749 section 4.1.1, with PKCE and `state` as duties). While it is not
 * certain that the address belongs to the program, and that the program keeps its state, a browser is sent nowhere: what is
 * wrong is shown here.
 */
@Injectable()
export class AuthorizationRequests {
  constructor(
    private readonly clients: OAuthClients,
    private readonly urls: Urls,
  ) {}

  /** Throws `invalid` for what must be shown on this site. */
  async read(query: Readonly<Record<string, unknown>>): Promise<AuthorizationRequest | BackToClient> {
    const client = await this.clients.find(query['client_id']);
    if (client === null) throw unusable('the program that sent you here is not registered');
    const { redirect_uri: redirectUri, state } = query;
    if (typeof redirectUri !== 'string' || !isRegistered(client.redirectUris, redirectUri))
      throw unusable(`${client.name} asks to be answered at an address that is not registered for it`);
    if (typeof state !== 'string' || state === '' || state.length > 1000)
      throw unusable(`${client.name} has sent you here without the “state” that protects you`);
    try {
      return { client, redirectUri, state, ...wish(client, query) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const problem = { error: error.code, error_description: error.message };
      return { location: this.answer(redirectUri, state, problem) };
    }
  }

  /** The program's address with the answer; it says from whom it comes (RFC 9207). */
  answer(redirectUri: string, state: string, values: Readonly<Record<string, string>>): string {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries({ ...values, state, iss: this.urls.site }))
      url.searchParams.set(name, value);
    return url.href;
  }
}

function wish(client: OAuthClient, query: Readonly<Record<string, unknown>>) {
  if (query['response_type'] !== 'code') throw new DomainError('invalid', 'unsupported_response_type', 'only "code"');
  mustAllow(client, 'authorization_code');
  const { code_challenge: codeChallenge, code_challenge_method: method, scope } = query;
  if (typeof codeChallenge !== 'string' || !isChallenge(codeChallenge) || method !== 'S256')
    throw oauthProblem('invalid_request', 'a PKCE code_challenge with the method S256 is needed');
  return { codeChallenge, permissions: askable(client, fromScope(typeof scope === 'string' ? scope : '')) };
}

const unusable = (message: string): DomainError => new DomainError('invalid', 'unusable_request', message);
