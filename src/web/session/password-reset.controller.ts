import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { PasswordResets } from '../../accounts/password-resets.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html } from '../http/answers.js';
import { emptyForm, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { filledLine, line } from './credential.js';
import { orDeadLink, tokenIn } from './links.js';
import { mailSentPage } from './mail-sent.page.js';
import { forgotPage, resetPage } from './password-reset.page.js';
import { loggedOut } from './session-cookies.js';

const ForgotForm = z.object({ login: filledLine(254).transform((login) => login.trim()) });
const ResetForm = z.object({ password: line().min(1, "can't be blank"), revoke_keys: z.literal('yes').optional() });

@Pages('password')
export class PasswordResetController {
  constructor(private readonly resets: PasswordResets) {}

  @Get('forgot')
  forgot(@Visiting() visitor: Visitor): Answer {
    return html(forgotPage(visitor, emptyForm));
  }

  @Post('forgot')
  send(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    return submit(
      ForgotForm,
      body,
      async ({ login }) => {
        await this.resets.ask(visitor.origin, login);
        return html(mailSentPage(visitor, { kind: 'reset_password', to: login, again: paths.forgotPassword }));
      },
      (form) => html(forgotPage(visitor, form)),
    );
  }

  @Get('reset')
  async choose(@Visiting() visitor: Visitor, @Query('token') token: unknown): Promise<Answer> {
    return orDeadLink(visitor, paths.forgotPassword, async () => {
      const { name } = await this.resets.look(visitor.origin, token);
      return html(resetPage(visitor, { name, token: String(token), form: emptyForm }));
    });
  }

  @Post('reset')
  async reset(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const token = tokenIn(body);
    return orDeadLink(visitor, paths.forgotPassword, async () => {
      const { name } = await this.resets.look(visitor.origin, token);
      return submit(
        ResetForm,
        body,
        async ({ password, revoke_keys }) => {
          await this.resets.reset(visitor.origin, token, password, revoke_keys === 'yes');
          return loggedOut(paths.login(), 'Your new password is set. Please log in with it.');
        },
        (form) => html(resetPage(visitor, { name, token, form })),
      );
    });
  }
}
