import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { AuthorizationCodes } from '../../accounts/authorization-codes.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type SignedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { type AuthorizationRequest, AuthorizationRequests } from './authorization-request.js';
import { authorizePage } from './authorize.page.js';
import { type Asked, chosenOf, ChosenScopes } from './consent.js';
import { Permitting } from './permitting.js';

const Decision = z.object({
  // Not a click on one of the two buttons: nothing is allowed by it.
  decision: z.enum(['allow', 'deny'], { error: 'allow or deny' }),
  scope: ChosenScopes,
});

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
    const by = sudo(visitor);
    const asked = await this.permitting.asked(visitor, request.permissions);
    return submit(
      Decision,
      body,
      async ({ decision, scope }) =>
        seeOther(decision === 'deny' ? this.denied(request) : await this.allowed(by, request, asked, scope)),
      (form) => this.show(visitor, request, asked, form),
    );
  }

  private async allowed(by: SignedIn, request: AuthorizationRequest, asked: Asked, scope: readonly string[]) {
    const { redirectUri, state } = request;
    const code = await this.codes.approve(by, { ...request, permissions: chosenOf(asked, scope) });
    return this.requests.answer(redirectUri, state, { code });
  }

  private denied({ redirectUri, state }: AuthorizationRequest): string {
    const denied = { error: 'access_denied', error_description: 'the request has been denied' };
    return this.requests.answer(redirectUri, state, denied);
  }

  /** Browsers hold the form to its targets through redirects too, so this one page names the program's address. */
  private show(visitor: Visitor, request: AuthorizationRequest, asked: Asked, form: FormState) {
    return html(authorizePage(visitor, request, asked, form), 200, [new URL(request.redirectUri).origin]);
  }
}
