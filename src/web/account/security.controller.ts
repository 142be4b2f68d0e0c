import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Passkeys } from '../../accounts/passkeys.js';
import { type NewCodes, SecondFactorChanges } from '../../accounts/second-factor-changes.js';
import { SecondFactors } from '../../accounts/second-factors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { Credential, filledLine } from '../session/credential.js';
import { messageOf } from '../session/login.controller.js';
import { recoveryCodesPage } from './recovery-codes.page.js';
import { securityPage } from './security.page.js';

const NewPasskey = z.object({ name: filledLine(200), credential: Credential });
const PasskeyName = z.object({ name: filledLine(200) });
const NoFields = z.object({});

/** Passkeys, recovery codes and what there is; setting up the authenticator app is in `totp.controller`. */
@Pages('account/security')
export class SecurityController {
  constructor(
    private readonly factors: SecondFactors,
    private readonly changes: SecondFactorChanges,
    private readonly passkeys: Passkeys,
  ) {}

  @Get()
  show(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.page(visitor, emptyForm);
  }

  @Post('passkeys')
  async add(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, session, user } = sudo(visitor, paths.security);
    return submit(
      NewPasskey,
      body,
      async ({ name, credential }) => {
        const codes = await this.changes.addPasskey(actor, session, user, name, credential);
        return withCodes(visitor, codes, `The passkey “${name.trim()}” has been added.`);
      },
      (form) => this.page(visitor, 'credential' in form.problems ? { ...emptyForm, message: messageOf(form) } : form),
    );
  }

  @Post('passkeys/:id/rename')
  async rename(@Visiting() visitor: Visitor, @Param('id') id: string, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = signedIn(visitor, paths.security);
    return submit(
      PasskeyName,
      body,
      async ({ name }) => {
        await this.changes.renamePasskey(actor, user, id, name);
        return seeOther(paths.security, `The passkey is called “${name.trim()}” now.`);
      },
      (form) => this.page(visitor, { ...emptyForm, message: messageOf(form) }),
    );
  }

  @Post('passkeys/:id/remove')
  async remove(@Visiting() visitor: Visitor, @Param('id') id: string, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = sudo(visitor, paths.security);
    return submit(
      NoFields,
      body,
      async () => {
        await this.changes.removePasskey(actor, user, id);
        return seeOther(paths.security, 'The passkey has been removed.');
      },
      (form) => this.page(visitor, form),
    );
  }

  /** The codes stand on the page that answers, and nowhere else; so this one does not redirect. */
  @Post('recovery-codes')
  async renewCodes(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = sudo(visitor, paths.security);
    return submit(
      NoFields,
      body,
      async () => html(recoveryCodesPage(visitor, await this.changes.renewRecoveryCodes(actor, user))),
      (form) => this.page(visitor, form),
    );
  }

  private async page(visitor: Visitor, form: FormState) {
    const { user } = signedIn(visitor);
    const [factors, passkeys] = [await this.factors.of(user.id), await this.passkeys.list(user.id)];
    return html(securityPage(visitor, { factors, passkeys, offered: this.passkeys.areOffered, form }));
  }
}

/** With the first factor come recovery codes, to be shown at once. */
export const withCodes = (visitor: Visitor, codes: NewCodes, note: string): Answer =>
  codes === null ? seeOther(paths.security, note) : html(recoveryCodesPage(visitor, codes, note));
