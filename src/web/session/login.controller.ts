import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Logins } from '../../accounts/logins.js';
import { NewAccounts } from '../../accounts/new-accounts.js';
import { Passkeys } from '../../accounts/passkeys.js';
import { Sessions } from '../../accounts/sessions.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { localPath } from '../http/local-path.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { Credential, filledLine, line } from './credential.js';
import { loginPage } from './login.page.js';
import { loggedIn, loggedOut, pending } from './session-cookies.js';

const LoginForm = z.object({ login: filledLine(254), password: line().min(1, "can't be blank") });
const PasskeyLogin = z.object({ credential: Credential });

@Pages()
export class LoginController {
  constructor(
    private readonly logins: Logins,
    private readonly sessions: Sessions,
    private readonly passkeys: Passkeys,
    private readonly accounts: NewAccounts,
  ) {}

  @Get('login')
  ask(@Visiting() visitor: Visitor, @Query('return') wanted: unknown): Answer {
    const back = localPath(wanted, paths.home);
    return visitor.user === null ? this.show(visitor, back, emptyForm) : seeOther(back);
  }

  @Post('login')
  byPassword(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const back = backIn(body);
    return submit(
      LoginForm,
      body,
      async ({ login, password }) => {
        const step = await this.logins.byPassword(visitor.origin, login, password);
        if (step.kind === 'second_factor') return pending(step.token, paths.secondFactor(back));
        return loggedIn(step.started.token, back);
      },
      (form) => this.show(visitor, back, form),
    );
  }

  @Post('login/passkey')
  byPasskey(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const back = backIn(body);
    return submit(
      PasskeyLogin,
      body,
      async ({ credential }) => {
        const { token } = await this.logins.byPasskey(visitor.origin, 'login', credential);
        return loggedIn(token, back);
      },
      (form) => this.show(visitor, back, { values: {}, problems: {}, message: messageOf(form) }),
    );
  }

  @Post('logout')
  async logout(@Visiting() { user, session, caller }: Visitor): Promise<Answer> {
    if (user !== null && session !== null) await this.sessions.revoke(caller.actor, user, session.id);
    return loggedOut(paths.home, 'You have been logged out.');
  }

  private show(visitor: Visitor, back: string, form: FormState) {
    const offers = { passkeys: this.passkeys.areOffered, signUp: this.accounts.areOpen };
    return html(loginPage(visitor, back, form, offers));
  }
}

/** Where the form wanted to go on to, for the form that is shown again. */
export const backIn = (body: unknown): string =>
  localPath(typeof body === 'object' && body !== null && 'return' in body ? body.return : undefined, paths.home);

/** A passkey's form has no fields to mark. */
export const messageOf = ({ message, problems }: FormState): string =>
  message ?? Object.values(problems)[0] ?? 'The passkey could not be used, please try again.';
