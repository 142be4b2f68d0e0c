import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { NewAccounts } from '../../accounts/new-accounts.js';
import { SignUps } from '../../accounts/sign-ups.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { filledLine, line } from './credential.js';
import { orDeadLink, tokenIn } from './links.js';
import { loggedIn } from './session-cookies.js';
import { mailSentPage } from './mail-sent.page.js';
import { choosePage, signUpClosedPage, signUpPage } from './sign-up.page.js';

const wished = (most: number) => z.string().max(most).catch('').default('');
const AddressForm = z.object({ email: filledLine(254).transform((email) => email.trim()) });
const ChoiceForm = z.object({
  username: filledLine(64),
  full_name: line(100).optional(),
  password: line().min(1, "can't be blank"),
});

/** What a program has asked for in their name (`accounts/registrations`). */
const Wished = z.object({ username: wished(64), full_name: wished(100) });

/** First the mailbox, then name and password: see `accounts/sign-ups`. */
@Pages('signup')
export class SignUpController {
  constructor(
    private readonly signUps: SignUps,
    private readonly accounts: NewAccounts,
  ) {}

  @Get()
  ask(@Visiting() visitor: Visitor): Answer {
    if (visitor.user !== null) return seeOther(paths.home);
    return this.accounts.areOpen ? html(signUpPage(visitor, emptyForm)) : html(signUpClosedPage(visitor), 403);
  }

  @Post()
  send(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    return submit(
      AddressForm,
      body,
      async ({ email }) => {
        await this.signUps.ask(visitor.origin, email);
        return html(mailSentPage(visitor, { kind: 'sign_up', to: email, again: paths.signup }));
      },
      (form) => html(signUpPage(visitor, form)),
    );
  }

  @Get('complete')
  async choose(
    @Visiting() visitor: Visitor,
    @Query('token') token: unknown,
    @Query({ schema: Wished }) values: z.infer<typeof Wished>,
  ): Promise<Answer> {
    return orDeadLink(visitor, paths.signup, async () => {
      const address = await this.signUps.look(visitor.origin, token);
      return html(choosePage(visitor, { address, token: String(token), form: { ...emptyForm, values } }));
    });
  }

  @Post('complete')
  async complete(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const token = tokenIn(body);
    return orDeadLink(visitor, paths.signup, async () => {
      const address = await this.signUps.look(visitor.origin, token);
      return submit(
        ChoiceForm,
        body,
        async ({ username: name, password, full_name }) => {
          const choice = { name, password, fullName: full_name?.trim() || undefined };
          const started = await this.signUps.complete(visitor.origin, token, choice);
          return loggedIn(started.token, paths.home, `Welcome, ${name.trim().toLowerCase()}. Your account is ready.`);
        },
        (form: FormState) => html(choosePage(visitor, { address, token, form })),
      );
    });
  }
}
