import { Get, Param, Post } from '@nestjs/common';
import { Grants } from '../../accounts/grants.js';
import { OAuthClients } from '../../accounts/oauth-clients.js';
import { Sessions } from '../../accounts/sessions.js';
import { SignOuts } from '../../accounts/sign-outs.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { loggedOut } from '../session/session-cookies.js';
import { sessionsPage } from './sessions.page.js';

@Pages('account/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly signOuts: SignOuts,
    private readonly grants: Grants,
    private readonly clients: OAuthClients,
  ) {}

  @Get()
  async list(@Visiting() visitor: Visitor): Promise<Answer> {
    const { user, session: current } = signedIn(visitor);
    const [sessions, grants] = [await this.sessions.list(user.id), await this.grants.list(user.id)];
    const clients = await this.clients.byIds(grants.map(({ clientId }) => clientId));
    return html(sessionsPage(visitor, { sessions, current, grants, clients }));
  }

  @Post('revoke-others')
  async revokeOthers(@Visiting() visitor: Visitor): Promise<Answer> {
    const { actor, user, session } = signedIn(visitor, paths.sessions);
    const ended = await this.signOuts.elsewhere(actor, user, session);
    const words = ended === 1 ? 'One other login has ended.' : `${ended} other logins have ended.`;
    return seeOther(paths.sessions, ended === 0 ? 'There was no other login.' : words);
  }

  @Post(':id/revoke')
  async revoke(@Visiting() visitor: Visitor, @Param('id') id: string): Promise<Answer> {
    const { actor, user, session } = signedIn(visitor, paths.sessions);
    await this.sessions.revoke(actor, user, id);
    if (id === session.id) return loggedOut(paths.home, 'You have been logged out.');
    return seeOther(paths.sessions, 'The session has ended.');
  }
}
