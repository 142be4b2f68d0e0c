import { Get, Query } from '@nestjs/common';
import { Access } from '../../access/access.js';
import { type Repository, scopeOf } from '../../organizations/repository.entity.js';
import { Searching } from '../../packages/searching.js';
import { Urls } from '../../platform/urls.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type AskedList, AskedListSchema, PUBLIC } from './asked-list.js';
import { PACKAGES_PER_PAGE, packageListPage } from './package-list.page.js';

@Pages('packages')
export class PackageListController {
  constructor(
    private readonly access: Access,
    private readonly searching: Searching,
    private readonly urls: Urls,
  ) {}

  /** Every package the visitor may see, or those that were asked for. */
  @Get()
  async list(@Visiting() visitor: Visitor, @Query({ schema: AskedListSchema }) asked: AskedList): Promise<Answer> {
    const repositories = await this.access.readable(visitor.caller);
    const repositoryIds = chosen(repositories, asked.organization).map(({ id }) => id);
    const { search, sort, page } = asked;
    const limits = { limit: PACKAGES_PER_PAGE, offset: (page - 1) * PACKAGES_PER_PAGE };
    const listing = await this.searching.find({ repositoryIds, search, sort, ...limits });
    const apiUrl = this.urls.api();
    return html(packageListPage(visitor, { asked, repositories, listing, apiUrl }));
  }
}

/** One that the visitor cannot read is like one that is not there: nothing is in it. */
function chosen(repositories: readonly Repository[], organization: string): Repository[] {
  return repositories.filter((one) => organization === '' || (scopeOf(one) ?? PUBLIC) === organization);
}
