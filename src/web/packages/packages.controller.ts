import { Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '../../access/access.js';
import { type Repository, scopeOf } from '../../organizations/repository.entity.js';
import { listSorts } from '../../packages/searching.queries.js';
import { Searching } from '../../packages/searching.js';
import { Urls } from '../../platform/urls.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { PACKAGES_PER_PAGE, packageListPage } from './package-list.page.js';

const PUBLIC = 'public';
const text = z.string().catch('').default('');
const Asked = z.object({
  search: text.transform((value) => value.trim().slice(0, 100)),
  sort: z.enum(listSorts).catch('relevance').default('relevance'),
  organization: text,
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
});

/** What one asked for in the list; `organization` is `public` for the public repository, empty for all. */
export type AskedList = z.infer<typeof Asked>;

@Pages('packages')
export class PackageListController {
  constructor(
    private readonly access: Access,
    private readonly searching: Searching,
    private readonly urls: Urls,
  ) {}

  /** Every package the visitor may see, or those that were asked for. */
  @Get()
  async list(@Visiting() visitor: Visitor, @Query({ schema: Asked }) asked: AskedList): Promise<Answer> {
    const repositories = await this.access.readable(visitor.caller);
    const repositoryIds = chosen(repositories, asked.organization).map(({ id }) => id);
    const { search, sort, page } = asked;
    const limits = { limit: PACKAGES_PER_PAGE, offset: (page - 1) * PACKAGES_PER_PAGE };
    const listing = await this.searching.find({ repositoryIds, search, sort, ...limits });
    const suggestions =
      listing.total > 0 || search === '' ? [] : await this.searching.suggestions(repositoryIds, search);
    const apiUrl = this.urls.api();
    return html(packageListPage(visitor, { asked, repositories, listing, suggestions, apiUrl }));
  }
}

/** One that the visitor cannot read is like one that is not there: nothing is in it. */
function chosen(repositories: readonly Repository[], organization: string): Repository[] {
  return repositories.filter((one) => organization === '' || (scopeOf(one) ?? PUBLIC) === organization);
}
