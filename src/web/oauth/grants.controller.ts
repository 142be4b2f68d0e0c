import { Param, Post } from '@nestjs/common';
import { Grants } from '../../accounts/grants.js';
import { notFound } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, seeOther } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';

/** What a person has allowed programs, taken back. The list is a part of the page of their sessions. */
@Pages('account/sessions/grants')
export class GrantsController {
  constructor(private readonly grants: Grants) {}

  @Post(':id/revoke')
  async revoke(@Visiting() visitor: Visitor, @Param('id') id: string): Promise<Answer> {
    const { actor, user } = signedIn(visitor, paths.sessions);
    if (!/^\d{1,18}$/.test(id)) throw notFound('grant');
    await this.grants.revoke(actor, user, id);
    return seeOther(paths.sessions, 'It has been logged out, and can do nothing for you any more.');
  }
}
