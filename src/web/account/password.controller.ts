import { Body, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { PasswordChanges } from '../../accounts/password-changes.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { line } from '../session/credential.js';
import { passwordPage } from './password.page.js';

const PasswordForm = z.object({
  current_password: line().min(1, "can't be blank"),
  password: line().min(1, "can't be blank"),
});

@Pages('account/password')
export class PasswordController {
  constructor(private readonly changes: PasswordChanges) {}

  @Get()
  ask(@Visiting() visitor: Visitor): Answer {
    signedIn(visitor);
    return html(passwordPage(visitor, emptyForm));
  }

  @Post()
  async change(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, session, user } = signedIn(visitor);
    return submit(
      PasswordForm,
      body,
      async ({ current_password: current, password: next }) => {
        await this.changes.change(actor, session, user, { current, next });
        return seeOther(paths.password, 'Your password has been changed, and your other sessions have ended.');
      },
      (form) => html(passwordPage(visitor, form)),
    );
  }
}
