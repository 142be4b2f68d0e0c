import { Get, Param } from '@nestjs/common';
import { Members } from '../../organizations/members.js';
import { Organizations } from '../../organizations/organizations.js';
import { type Listing, Searching } from '../../packages/searching.js';
import { type ListedPackage } from '../../packages/searching.queries.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { may } from '../layout/organization-page.js';
import { OrganizationSights, type Sight } from './organization-sights.js';
import { OrganizationsPlace } from './organizations-place.js';
import { overviewPage } from './overview.page.js';

const RECENT = 6;

@Pages('orgs/:organization')
export class OverviewController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly members: Members,
    private readonly organizations: Organizations,
    private readonly searching: Searching,
    private readonly place: OrganizationsPlace,
  ) {}

  @Get()
  async show(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.see(visitor, 'organization.see', name);
    const [members, packages] = await Promise.all([this.members.count(sight.organization), this.recent(sight)]);
    return html(overviewPage(visitor, sight, { members, packages, apiUrl: this.place.apiUrl() }));
  }

  /** Null for those who may not see packages. */
  private async recent({ organization, role }: Sight): Promise<Listing<ListedPackage> | null> {
    if (!may(role, 'package.read')) return null;
    const repositories = await this.organizations.repositoriesOf([organization.id]);
    const repositoryIds = repositories.map(({ id }) => id);
    return this.searching.find({ repositoryIds, search: '', sort: 'updated', limit: RECENT, offset: 0 });
  }
}
