import { Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { tryParseVersion } from '../../hex/version.js';
import { Downloads } from '../../packages/downloads.js';
import { Packages } from '../../packages/packages.js';
import { Searching } from '../../packages/searching.js';
import { notFound } from '../../platform/errors.js';
import { type Answer, html } from '../http/answers.js';
import { emptyForm } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { dependenciesPage } from './dependencies.page.js';
import { dependentsPage } from './dependents.page.js';
import { ownersPage } from './owners.page.js';
import { ReleaseSights } from './release-sights.js';
import { ROWS_PER_PAGE, tabs } from './package-frame.js';
import { type PackageAddress, type PackageSight, PackageSights } from './package-sights.js';
import { releasePage } from './release.page.js';
import { versionsPage } from './versions.page.js';

const Asked = z.object({
  tab: z.enum(tabs).optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
});
type AskedPage = z.infer<typeof Asked>;

/**
 * `/packages/NAME` and `/packages/NAME/VERSION` are of the public repository, `/packages/ORGANIZATION/NAME` and
 * `/packages/ORGANIZATION/NAME/VERSION` of an organization's: what reads as a version is one. Tabs are in the query, since
 * `versions` and `owners` are names that a package may have.
 */
@Pages('packages')
export class PackageController {
  constructor(
    private readonly sights: PackageSights,
    private readonly releases: ReleaseSights,
    private readonly packages: Packages,
    private readonly searching: Searching,
    private readonly downloads: Downloads,
  ) {}

  @Get(':name')
  async open(@Visiting() visitor: Visitor, @Query({ schema: Asked }) asked: AskedPage, @Param('name') name: string) {
    return this.show(visitor, asked, { scope: undefined, name });
  }

  @Get(':first/:second')
  async pair(
    @Visiting() visitor: Visitor,
    @Query({ schema: Asked }) asked: AskedPage,
    @Param('first') first: string,
    @Param('second') second: string,
  ) {
    const isVersion = tryParseVersion(second) !== null;
    return this.show(
      visitor,
      asked,
      isVersion ? { scope: undefined, name: first, version: second } : { scope: first, name: second },
    );
  }

  @Get(':scope/:name/:version')
  async version(
    @Visiting() visitor: Visitor,
    @Query({ schema: Asked }) asked: AskedPage,
    @Param('scope') scope: string,
    @Param('name') name: string,
    @Param('version') version: string,
  ) {
    if (tryParseVersion(version) === null) throw notFound('page');
    return this.show(visitor, asked, { scope, name, version });
  }

  private async show(visitor: Visitor, { tab, page }: AskedPage, address: PackageAddress): Promise<Answer> {
    const sight = await this.sights.of(visitor, address);
    switch (tab) {
      case undefined:
        return html(releasePage(visitor, await this.releases.of(sight)));
      case 'versions':
        return html(versionsPage(visitor, sight, page, await this.countsOf(sight, page)));
      case 'dependencies':
        return html(dependenciesPage(visitor, sight, await this.publicOf(sight)));
      case 'dependents':
        return html(dependentsPage(visitor, sight, page, await this.dependentsOf(sight, page)));
      case 'owners':
        if (sight.scope !== undefined) throw notFound('page');
        return html(ownersPage(visitor, sight, emptyForm));
    }
  }

  private countsOf({ versions }: PackageSight, page: number) {
    const shown = versions.slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE);
    return this.downloads.ofReleases(shown.map(({ id }) => id));
  }

  /** What it requires of the public repository that is here; the rest of it is on hex.pm. */
  private async publicOf({ requirements, readable, publicRepository }: PackageSight): Promise<ReadonlySet<string>> {
    const open = readable.find((repository) => repository.organizationId === null);
    const names = requirements.filter(({ repository }) => repository === publicRepository).map(({ name }) => name);
    return open === undefined || names.length === 0 ? new Set() : this.packages.existing(open.id, names);
  }

  private dependentsOf({ repository, pkg, readable }: PackageSight, page: number) {
    const limits = { limit: ROWS_PER_PAGE, offset: (page - 1) * ROWS_PER_PAGE };
    const repositoryIds = readable.map(({ id }) => id);
    return this.searching.dependents({ repositoryIds, repository: repository.name, name: pkg.name, ...limits });
  }
}
