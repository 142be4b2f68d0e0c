import { Body, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Logins } from '../../accounts/logins.js';
import { type Pending, PendingLogins } from '../../accounts/pending-logins.js';
import { SecondFactors, type SecondProof } from '../../accounts/second-factors.js';
import { invalidFields } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { localPath } from '../http/local-path.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { Credential, line } from './credential.js';
import { backIn } from './login.controller.js';
import { secondFactorPage } from './second-factor.page.js';
import { loggedIn, PENDING } from './session-cookies.js';

/** One of three forms; which, is told by the field that is there. */
export const SecondProofForm = z.object({
  ...{ credential: Credential.optional(), recovery_code: line(100).optional(), code: line(100).optional() },
});

/** `holder`: who was asked for a passkey. */
export function proofOf(form: z.infer<typeof SecondProofForm>, holder: string): SecondProof {
  const { credential: response, recovery_code, code = '' } = form;
  if (response !== undefined) return { kind: 'passkey', holder, response };
  const field = recovery_code === undefined ? 'code' : 'recovery_code';
  const typed = recovery_code ?? code;
  if (typed.trim() === '') throw invalidFields({ [field]: "can't be blank" });
  return { kind: field, code: typed };
}

@Pages('login/second-factor')
export class SecondFactorController {
  constructor(
    private readonly logins: Logins,
    private readonly pending: PendingLogins,
    private readonly factors: SecondFactors,
  ) {}

  @Get()
  async ask(@Visiting() visitor: Visitor, @Query('return') wanted: unknown): Promise<Answer> {
    const back = localPath(wanted, paths.home);
    const pending = await this.pending.recognize(visitor.cookie(PENDING));
    return pending === null ? over(back) : this.show(visitor, pending, back, emptyForm);
  }

  @Post()
  async answer(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const back = backIn(body);
    const pending = await this.pending.recognize(visitor.cookie(PENDING));
    if (pending === null) return over(back);
    return submit(
      SecondProofForm,
      body,
      async (form) => {
        const proof = proofOf(form, `pending:${pending.id}`);
        const { token } = await this.logins.bySecondFactor(visitor.origin, pending, proof);
        return loggedIn(token, back);
      },
      (form) => this.show(visitor, pending, back, form),
    );
  }

  private async show(visitor: Visitor, { user }: Pending, back: string, form: FormState) {
    return html(secondFactorPage(visitor, { factors: await this.factors.of(user.id), back, form }));
  }
}

const over = (back: string): Answer =>
  seeOther(paths.login(back), { text: 'Please log in again: this login took too long.', tone: 'bad' });
