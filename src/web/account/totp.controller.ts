import { Body, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { SecondFactorChanges } from '../../accounts/second-factor-changes.js';
import { Totps } from '../../accounts/totps.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { sudo, type Visitor, Visiting } from '../http/visitor.js';
import { filledLine } from '../session/credential.js';
import { withCodes } from './security.controller.js';
import { totpPage } from './totp.page.js';

const CodeForm = z.object({ code: filledLine(100) });

/** Setting up an authenticator app, and removing it. */
@Pages('account/security/totp')
export class TotpController {
  constructor(
    private readonly totps: Totps,
    private readonly changes: SecondFactorChanges,
  ) {}

  @Post()
  async begin(@Visiting() visitor: Visitor): Promise<Answer> {
    const { user } = sudo(visitor, paths.security);
    await this.totps.begin(user);
    return seeOther(paths.totp);
  }

  @Get()
  show(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.page(visitor, emptyForm);
  }

  @Post('confirm')
  async confirm(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, session, user } = sudo(visitor, paths.totp);
    return submit(
      CodeForm,
      body,
      async ({ code }) => {
        const codes = await this.changes.turnOnTotp(actor, session, user, code);
        return withCodes(visitor, codes, 'The authenticator app is set up. Logging in asks for its code from now on.');
      },
      async (form) => {
        const page = await this.page(visitor, form);
        return page.kind === 'html' ? page : html(totpPage(visitor, null, form));
      },
    );
  }

  @Post('remove')
  async remove(@Visiting() visitor: Visitor): Promise<Answer> {
    const { actor, user } = sudo(visitor, paths.security);
    await this.changes.turnOffTotp(actor, user);
    return seeOther(paths.security, 'The authenticator app has been removed.');
  }

  private async page(visitor: Visitor, form: FormState) {
    const { user } = sudo(visitor);
    const setUp = await this.totps.begun(user);
    return setUp === null ? seeOther(paths.security) : html(totpPage(visitor, setUp, form));
  }
}
