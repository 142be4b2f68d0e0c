import { Controller, Get, Param, Query, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type Repository } from '../organizations/repository.entity.js';
import { Advisories, type Concern } from '../advisories/advisories.js';
import { type Package } from '../packages/package.entity.js';
import { Downloads, NO_DOWNLOADS } from '../packages/downloads.js';
import { Owners } from '../packages/owners.js';
import { type PackageSort } from '../packages/packages.queries.js';
import { Packages } from '../packages/packages.js';
import { notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { pageOf, Paging, windowOf } from './http/paging.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { ownerView, PackageShape, packageView, PackageWithOwners } from './views/package.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** hex.pm also sorts by the downloads of late; both are by those of all time here. An order we do not know is by name. */
const Sort = z
  .enum(['name', 'inserted_at', 'updated_at', 'downloads', 'total_downloads', 'recent_downloads'])
  .catch('name')
  .transform((sort): PackageSort => (sort === 'total_downloads' || sort === 'recent_downloads' ? 'downloads' : sort));
const Search = Paging.extend({ search: z.string().max(500).optional(), sort: Sort.default('name') });

@Resource('Packages')
@Controller(['api/packages', 'api/repos/:repository/packages'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class PackagesController {
  constructor(
    private readonly access: Access,
    private readonly packages: Packages,
    private readonly downloads: Downloads,
    private readonly advisories: Advisories,
    private readonly owners: Owners,
    private readonly urls: Urls,
  ) {}

  /** In one repository, or without its name in all that the caller may read. */
  @Get()
  @Endpoint({
    summary: 'Packages, in one repository or in all that you may read',
    details:
      'A search is free words and filters: `name:phoenix*`, `name:acme/wax`, `description:"web framework"`, `extra:type,nerves`, ' +
      '`depends:jason`, `depends:acme:jason`, `build_tool:rebar3`, `updated_after:2026-01-01T00:00:00Z` (the longest ago first).',
    needs: 'anyone',
    answer: z.array(PackageShape),
  })
  async list(
    @From() caller: Caller,
    @Query({ schema: Search }) { search, sort, ...asked }: z.infer<typeof Search>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('repository') name?: string,
  ) {
    const repositories = await this.searched(caller, name);
    const all = await this.packages.search({
      repositoryIds: repositories.map(({ id }) => id),
      search: search?.trim() || undefined,
      ...{ sort, ...windowOf(asked) },
    });
    const found = pageOf(all, asked, { urls: this.urls, request, reply });
    const downloads = await this.downloads.summaries(found.map(({ pkg }) => pkg.id));
    const concerns = await this.concernsOf(found.map(({ pkg }) => pkg));
    const of = (id: string) => repositories.find((repository) => repository.id === id)!;
    return found.map((one) =>
      packageView(this.urls, of(one.pkg.repositoryId), {
        ...one,
        downloads: downloads.get(one.pkg.id) ?? NO_DOWNLOADS,
        concerns: concerns.get(one.pkg.repositoryId)?.get(one.pkg.name) ?? [],
      }),
    );
  }

  @Get(':name')
  @Endpoint({ summary: 'A package', needs: 'package.read', answer: PackageWithOwners })
  async show(@From() caller: Caller, @Param('name') name: string, @Param('repository') scope?: string) {
    const { repository } = await this.access.repository(caller, 'package.read', scope, name);
    const pkg = await this.packages.find(repository, name);
    const found = pkg && (await this.packages.withReleases(pkg));
    // Without a release it has just been taken back.
    if (pkg === null || found === null || found.releases.length === 0) throw notFound(`package ${name}`);
    const downloads = (await this.downloads.summaries([pkg.id])).get(pkg.id) ?? NO_DOWNLOADS;
    const concerns = await this.advisories.ofPackage(repository.id, name);
    const owners = await this.owners.answering(repository, pkg);
    return {
      ...packageView(this.urls, repository, { ...found, downloads, concerns }),
      owners: owners.map((owner) => ownerView(this.urls, owner)),
    };
  }

  /** By repository, then by name: one question for each repository on the page. */
  private async concernsOf(packages: readonly Package[]): Promise<Map<string, Map<string, Concern[]>>> {
    const concerns = new Map<string, Map<string, Concern[]>>();
    for (const id of new Set(packages.map(({ repositoryId }) => repositoryId))) {
      const names = packages.filter(({ repositoryId }) => repositoryId === id).map(({ name }) => name);
      concerns.set(id, await this.advisories.ofPackages(id, names));
    }
    return concerns;
  }

  private async searched(caller: Caller, name: string | undefined): Promise<Repository[]> {
    if (name !== undefined) return [(await this.access.repository(caller, 'repository.read', name)).repository];
    if (caller.actor.kind !== 'anonymous') this.access.credential(caller, { domain: 'api', resource: 'read' });
    return this.access.readable(caller);
  }
}
