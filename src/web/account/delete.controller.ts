import { Body, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Keys } from '../../accounts/keys.js';
import { AccountDeletion } from '../../organizations/account-deletion.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { sudo, signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { filledLine } from '../session/credential.js';
import { loggedOut } from '../session/session-cookies.js';
import { deletePage } from './delete.page.js';

const DeleteForm = z.object({ typed: filledLine(64) });

@Pages('account/delete')
export class DeleteController {
  constructor(
    private readonly deletion: AccountDeletion,
    private readonly keys: Keys,
  ) {}

  @Get()
  ask(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.page(visitor, emptyForm);
  }

  @Post()
  async delete(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = sudo(visitor);
    return submit(
      DeleteForm,
      body,
      async ({ typed }) => {
        await this.deletion.delete(actor, user, typed);
        return loggedOut(paths.home, `The account ${user.name} has been deleted.`);
      },
      (form) => this.page(visitor, form),
    );
  }

  private async page(visitor: Visitor, form: FormState) {
    const { user } = signedIn(visitor);
    const [outlook, keys] = [await this.deletion.outlook(user), await this.keys.list({ userId: user.id })];
    return html(deletePage(visitor, { user, outlook, keys: keys.length, form }));
  }
}
