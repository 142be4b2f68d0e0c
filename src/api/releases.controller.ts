import { Controller, Delete, Get, HttpCode, Param, Query, UseGuards, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { Access, type Opened } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type Action } from '../access/table.js';
import { Advisories } from '../advisories/advisories.js';
import { Downloads } from '../packages/downloads.js';
import { Packages } from '../packages/packages.js';
import { Releases } from '../packages/releases.js';
import { type Tx } from '../platform/database.js';
import { notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { Registry } from '../registry/registry.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { checkVersion, type ReleasePath } from './http/release-path.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { VISIBLE_MS } from './publish.controller.js';
import { ReleaseShape, releaseView } from './views/release.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const Day = z.iso.date({ error: 'must be an ISO 8601 date' }).optional();
/** As at hex.pm: all downloads as a number, or day by day and month by month. */
const Counted = z.object({
  downloads: z.enum(['all', 'day', 'month']).catch('all').default('all'),
  downloads_after: Day,
  downloads_before: Day,
});

@Resource('Releases')
@Controller(['api/packages/:name/releases/:version', 'api/repos/:repository/packages/:name/releases/:version'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class ReleasesController {
  constructor(
    private readonly access: Access,
    private readonly packages: Packages,
    private readonly releases: Releases,
    private readonly downloads: Downloads,
    private readonly advisories: Advisories,
    private readonly registry: Registry,
    private readonly urls: Urls,
  ) {}

  @Get()
  @Endpoint({
    summary: 'A release',
    details:
      'Downloads are a number, or with `downloads=day` and `downloads=month` a list of each period that has any.',
    needs: 'package.read',
    answer: ReleaseShape,
  })
  async show(
    @From() caller: Caller,
    @Param() path: ReleasePath,
    @Query({ schema: Counted }) counted: z.infer<typeof Counted>,
  ) {
    const { repository } = await this.permitted(caller, 'package.read', path);
    const { name, version } = path;
    const pkg = await this.packages.find(repository, name);
    const release = pkg && (await this.releases.find(pkg, version));
    if (pkg === null || release === null) throw notFound(`release ${name} ${version}`);
    const span = { after: counted.downloads_after ?? null, before: counted.downloads_before ?? null };
    const [downloads, details, concerns] = await Promise.all([
      this.downloads.ofRelease(release.id, counted.downloads, span),
      this.releases.details(release),
      this.advisories.ofPackage(repository.id, name),
    ]);
    return releaseView(this.urls, repository, pkg, release, details, concerns, downloads);
  }

  @Delete()
  @HttpCode(204)
  @Endpoint({ summary: 'Take a release back', needs: 'release.revert', answer: null })
  async revert(@From() caller: Caller, @Param() path: ReleasePath) {
    const opened = await this.permitted(caller, 'release.revert', path);
    // Whoever waited for the package may have been shut out meanwhile.
    const stillMay = (tx: Tx) => this.access.hold(tx, caller, 'release.revert', opened);
    const state = await this.releases.revert(caller.actor, opened.repository, path.name, path.version, stillMay);
    // The change has been made either way, so a late index does not turn the answer into an error.
    await this.registry.untilVisible(state, VISIBLE_MS);
  }

  private async permitted(caller: Caller, action: Action, path: ReleasePath): Promise<Opened> {
    const opened = await this.access.repository(caller, action, path.repository, path.name);
    checkVersion(path.version);
    return opened;
  }
}
