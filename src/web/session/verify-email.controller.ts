import { Body, Get, Post, Query } from '@nestjs/common';
import { EmailAddresses } from '../../accounts/email-addresses.js';
import { paths } from '../../platform/paths.js';
import { z } from 'zod';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { orDeadLink, tokenIn } from './links.js';
import { verifyEmailPage } from './verify-email.page.js';

@Pages('verify-email')
export class VerifyEmailController {
  constructor(private readonly addresses: EmailAddresses) {}

  @Get()
  async ask(@Visiting() visitor: Visitor, @Query('token') token: unknown): Promise<Answer> {
    return orDeadLink(visitor, paths.emails, async () => {
      const { address, user } = await this.addresses.look(visitor.origin, token);
      return html(verifyEmailPage(visitor, { address, name: user.name, token: String(token), form: emptyForm }));
    });
  }

  @Post()
  async verify(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const token = tokenIn(body);
    return orDeadLink(visitor, paths.emails, async () => {
      const { address, user } = await this.addresses.look(visitor.origin, token);
      return submit(
        z.object({}),
        body,
        async () => {
          await this.addresses.verify(visitor.origin, token);
          const next = visitor.user === null ? paths.login() : paths.emails;
          return seeOther(next, `${address} is confirmed for ${user.name}.`);
        },
        (form) => html(verifyEmailPage(visitor, { address, name: user.name, token, form })),
      );
    });
  }
}
