import { Get } from '@nestjs/common';
import { Access } from '../../access/access.js';
import { Keys } from '../../accounts/keys.js';
import { Searching } from '../../packages/searching.js';
import { Urls } from '../../platform/urls.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { KeysPlace } from '../keys/keys-place.js';
import { dashboardPage } from './dashboard.page.js';
import { homePage } from './home.page.js';

const RECENT = 8;

/** Strangers are told what this place is; people see what is theirs. */
@Pages()
export class HomeController {
  constructor(
    private readonly access: Access,
    private readonly searching: Searching,
    private readonly keys: Keys,
    private readonly urls: Urls,
    private readonly place: KeysPlace,
  ) {}

  @Get()
  async home(@Visiting() visitor: Visitor): Promise<Answer> {
    const repositories = await this.access.readable(visitor.caller);
    const repositoryIds = repositories.map(({ id }) => id);
    const recent = await this.searching.find({ repositoryIds, search: '', sort: 'updated', limit: RECENT, offset: 0 });
    const apiUrl = this.urls.api();
    if (visitor.user === null) {
      const registryUrl = this.urls.repository('ORGANIZATION');
      const { fingerprint } = this.place.ofKeys();
      return html(
        homePage(visitor, {
          registryUrl,
          apiUrl,
          fingerprint,
          hasPublic: repositories.length > 0,
          recent,
          repositories,
        }),
      );
    }
    const { user } = signedIn(visitor);
    const [memberships, keys] = await Promise.all([
      this.access.memberships(visitor.caller),
      this.keys.list({ userId: user.id }),
    ]);
    return html(dashboardPage(visitor, { user, memberships, keys, recent, repositories, apiUrl }));
  }
}
