import { Controller, Delete, Get, HttpCode, Param, UseGuards, UseInterceptors } from '@nestjs/common';
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
  @Endpoint({ summary: 'A release', needs: 'package.read', answer: ReleaseShape })
  async show(@From() caller: Caller, @Param() path: ReleasePath) {
    const { repository } = await this.permitted(caller, 'package.read', path);
    const { name, version } = path;
    const pkg = await this.packages.find(repository, name);
    const release = pkg && (await this.releases.find(pkg, version));
    if (pkg === null || release === null) throw notFound(`release ${name} ${version}`);
    const downloads = (await this.downloads.ofReleases([release.id])).get(release.id) ?? 0;
    const [details, concerns] = await Promise.all([
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
