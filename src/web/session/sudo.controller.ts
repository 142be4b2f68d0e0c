import { Body, Get, Post, Query } from '@nestjs/common';
import { IdentityProofs } from '../../accounts/identity-proofs.js';
import { SecondFactors } from '../../accounts/second-factors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { localPath } from '../http/local-path.js';
import { Pages } from '../http/pages.js';
import { type SignedIn, signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { line } from './credential.js';
import { backIn } from './login.controller.js';
import { proofOf, SecondProofForm } from './second-factor.controller.js';
import { sudoPage } from './sudo.page.js';

const SudoForm = SecondProofForm.extend({ password: line().min(1, "can't be blank").optional() });

/** Before dangerous acts: is it still you? */
@Pages('sudo')
export class SudoController {
  constructor(
    private readonly proofs: IdentityProofs,
    private readonly factors: SecondFactors,
  ) {}

  @Get()
  ask(@Visiting() visitor: Visitor, @Query('return') wanted: unknown): Promise<Answer> {
    return this.show(visitor, signedIn(visitor), localPath(wanted, paths.home), emptyForm);
  }

  @Post()
  async prove(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const back = backIn(body);
    const person = signedIn(visitor, paths.sudo(back));
    return submit(
      SudoForm,
      body,
      async (form) => {
        if (form.password !== undefined) await this.proofs.byPassword(person, form.password);
        else await this.proofs.bySecondFactor(person, proofOf(form, `sudo:${person.session.id}`));
        return seeOther(back);
      },
      (form) => this.show(visitor, person, back, form),
    );
  }

  private async show(visitor: Visitor, { user }: SignedIn, back: string, form: FormState) {
    return html(sudoPage(visitor, { factors: await this.factors.of(user.id), back, form }));
  }
}
