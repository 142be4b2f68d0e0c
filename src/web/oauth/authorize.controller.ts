import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { AuthorizationCodes } from '../../accounts/authorization-codes.js';
import { DomainError } from '../../platform/errors.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type SignedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { type AuthorizationRequest, AuthorizationRequests } from './authorization-request.js';
import { authorizePage } from './authorize.page.js';
import { type Asked, chosenOf, ChosenScopes } from './consent.js';
import { Permitting } from './permitting.js';

const Decision = z.object({
  decision: z.string().default(''),
  scope: ChosenScopes,
});

const DENIED = { error: 'access_denied', error_description: 'the request has been denied' };

type Parameters = Readonly<Record<string, unknown>>;

/** The person's side of the authorization code flow. The request is read anew at every step; nothing of it is remembered. */
@Pages('oauth/authorize')
export class AuthorizeController {
  constructor(
    private readonly requests: AuthorizationRequests,
    private readonly permitting: Permitting,
    private readonly codes: AuthorizationCodes,
  ) {}

  @Get()
  async ask(@Visiting() visitor: Visitor, @Query() query: Parameters): Promise<Answer> {
    const request = await this.requests.read(query);
    if ('location' in request) return seeOther(request.location);
    sudo(visitor);
    const asked = await this.permitting.asked(visitor, request.permissions);
    return this.show(visitor, request, asked, emptyForm);
  }

  @Post()
  async decide(@Visiting() visitor: Visitor, @Query() query: Parameters, @Body() body: unknown): Promise<Answer> {
    const request = await this.requests.read(query);
    if ('location' in request) return seeOther(request.location);
    // Both steps have one address, the request's own.
    const by = sudo(visitor, visitor.address);
    const asked = await this.permitting.asked(visitor, request.permissions);
    return submit(
      Decision,
      body,
      async ({ decision, scope }) => seeOther(await this.decided(by, request, asked, { decision, scope })),
      (form) => this.show(visitor, request, asked, form),
    );
  }

  /** Where the answer leads. What is neither a yes nor a no allows nothing. */
  private async decided(by: SignedIn, request: AuthorizationRequest, asked: Asked, sent: z.infer<typeof Decision>) {
    const { redirectUri, state } = request;
    switch (sent.decision) {
      case 'allow': {
        const code = await this.codes.approve(by, { ...request, permissions: chosenOf(asked, sent.scope) });
        return this.requests.answer(redirectUri, state, { code });
      }
      case 'deny':
        return this.requests.answer(redirectUri, state, DENIED);
      default:
        throw new DomainError('invalid', 'no_decision', 'use one of the two buttons: allow or deny');
    }
  }

  /** Browsers hold the form to its targets through redirects too, so this one page names the program's address. */
  private show(visitor: Visitor, request: AuthorizationRequest, asked: Asked, form: FormState) {
    return html(authorizePage(visitor, request, asked, form), 200, [new URL(request.redirectUri).origin]);
  }
}
