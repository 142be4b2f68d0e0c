import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Invitations, type Offer } from '../../organizations/invitations.js';
import { InvitedAccounts } from '../../organizations/invited-accounts.js';
import { DomainError } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { filledLine, line } from '../session/credential.js';
import { tokenIn } from '../session/links.js';
import { loggedIn } from '../session/session-cookies.js';
import { deadInvitationPage, invitationPage, invitedSignupPage } from './invitation.page.js';

const ChoiceForm = z.object({
  username: filledLine(64),
  full_name: line(100).optional(),
  password: line().min(1, "can't be blank"),
});

/** Behind the link of an invitation. Looking changes nothing; a form accepts. */
@Pages('invitations')
export class InvitationController {
  constructor(
    private readonly invitations: Invitations,
    private readonly accounts: InvitedAccounts,
  ) {}

  @Get('accept')
  async look(@Visiting() visitor: Visitor, @Query('token') token: unknown): Promise<Answer> {
    return this.withOffer(visitor, token, (offer) => invitationPage(visitor, offer, String(token), emptyForm));
  }

  @Post('accept')
  async accept(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const token = tokenIn(body);
    const { user, actor } = signedIn(visitor, paths.acceptInvitation(token));
    return this.unlessDead(visitor, () =>
      submit(
        z.object({}),
        {},
        async () => {
          const { organization, seated } = await this.invitations.accept(actor, user, token);
          const note = seated
            ? `Welcome to ${organization.name}.`
            : `You are a member of ${organization.name} already.`;
          return seeOther(paths.organization(organization.name), note);
        },
        (form) => this.again(visitor, token, form, invitationPage),
      ),
    );
  }

  @Get('sign-up')
  async ask(@Visiting() visitor: Visitor, @Query('token') token: unknown): Promise<Answer> {
    if (visitor.user !== null) return seeOther(paths.acceptInvitation(String(token)));
    return this.withOffer(visitor, token, (offer) => invitedSignupPage(visitor, offer, String(token), emptyForm));
  }

  /** Makes the account, joins and logs in. */
  @Post('sign-up')
  async signUp(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const token = tokenIn(body);
    const offer = await this.invitations.look(token);
    if (offer === null) return dead(visitor);
    const { name } = offer.organization;
    return this.unlessDead(visitor, () =>
      submit(
        ChoiceForm,
        body,
        async ({ username, password, full_name }) => {
          const choice = { name: username, password, fullName: full_name?.trim() || undefined };
          const { token: session } = await this.accounts.make(visitor.origin, token, choice);
          return loggedIn(session, paths.organization(name), `Welcome to ${name}. Your account is ready.`);
        },
        (form) => this.again(visitor, token, form, invitedSignupPage),
      ),
    );
  }

  private async withOffer(visitor: Visitor, token: unknown, page: (offer: Offer) => string): Promise<Answer> {
    const offer = await this.invitations.look(token);
    return offer === null ? dead(visitor) : html(page(offer));
  }

  private async again(visitor: Visitor, token: string, form: FormState, page: typeof invitationPage): Promise<Html> {
    const offer = await this.invitations.look(token);
    return offer === null ? dead(visitor) : html(page(visitor, offer, token, form));
  }

  /** Used, withdrawn or expired since the page was opened. */
  private async unlessDead(visitor: Visitor, act: () => Promise<Answer>): Promise<Answer> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'not_found') return dead(visitor);
      throw error;
    }
  }
}

const dead = (visitor: Visitor): Html => html(deadInvitationPage(visitor), 404);
