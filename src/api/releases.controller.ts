import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { Access, type Opened } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type Action } from '../access/table.js';
import { Downloads } from '../packages/downloads.js';
import { Packages } from '../packages/packages.js';
import { type PackageState } from '../packages/packages.events.js';
import { retirementReasons } from '../packages/release.entity.js';
import { Releases, type Retirement, type StillMay } from '../packages/releases.js';
import { notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { Registry } from '../registry/registry.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { checkVersion } from './http/release-path.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { VISIBLE_MS } from './publish.controller.js';
import { releaseView } from './views/release.view.js';

/** mix sends an empty one for none. */
const Message = z
  .string()
  .max(140, 'should be at most 140 characters')
  .refine((text) => text === '' || text.length >= 3, 'should be at least 3 characters')
  .transform((text) => text || null);
const RetirementInput = z.object({
  reason: z.enum(retirementReasons, { error: 'is invalid' }),
  message: Message.nullish(),
});

@Controller(['api/packages/:name/releases/:version', 'api/repos/:repository/packages/:name/releases/:version'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class ReleasesController {
  constructor(
    private readonly access: Access,
    private readonly packages: Packages,
    private readonly releases: Releases,
    private readonly downloads: Downloads,
    private readonly registry: Registry,
    private readonly urls: Urls,
  ) {}

  @Get()
  async show(
    @From() caller: Caller,
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('repository') scope?: string,
  ) {
    const { repository } = await this.permitted(caller, 'package.read', scope, name, version);
    const pkg = await this.packages.find(repository, name);
    const release = pkg && (await this.releases.find(pkg, version));
    if (pkg === null || release === null) throw notFound(`release ${name} ${version}`);
    const downloads = (await this.downloads.ofReleases([release.id])).get(release.id) ?? 0;
    return releaseView(this.urls, repository, pkg, release, await this.releases.details(release), downloads);
  }

  @Delete()
  @HttpCode(204)
  async revert(
    @From() caller: Caller,
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('repository') scope?: string,
  ) {
    const opened = await this.permitted(caller, 'release.revert', scope, name, version);
    const stillMay = this.asked(caller, 'release.revert', opened);
    await this.visible(await this.releases.revert(caller.actor, opened.repository, name, version, stillMay));
  }

  /** rebar3_hex insists on exactly 204. */
  @Post('retire')
  @HttpCode(204)
  async retire(
    @From() caller: Caller,
    @Body({ schema: RetirementInput }) { reason, message }: z.infer<typeof RetirementInput>,
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('repository') scope?: string,
  ) {
    await this.mark(caller, { scope, name, version }, { reason, message: message ?? null });
  }

  @Delete('retire')
  @HttpCode(204)
  async unretire(
    @From() caller: Caller,
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('repository') scope?: string,
  ) {
    await this.mark(caller, { scope, name, version }, null);
  }

  private async permitted(
    caller: Caller,
    action: Action,
    scope: string | undefined,
    name: string,
    version: string,
  ): Promise<Opened> {
    const opened = await this.access.repository(caller, action, scope, name);
    checkVersion(version);
    return opened;
  }

  /** Whoever waited for the package may have been shut out meanwhile. */
  private asked(caller: Caller, action: Action, opened: Opened): StillMay {
    return (tx) => this.access.hold(tx, caller, action, opened);
  }

  private async mark(
    caller: Caller,
    { scope, name, version }: { scope: string | undefined; name: string; version: string },
    mark: Retirement | null,
  ): Promise<void> {
    const opened = await this.permitted(caller, 'release.retire', scope, name, version);
    const stillMay = this.asked(caller, 'release.retire', opened);
    const { repository } = opened;
    await this.visible(await this.releases.retire(caller.actor, repository, name, version, mark, stillMay));
  }

  /** Waits for the index. The change has been made either way, so a late index does not turn the answer into an error. */
  private async visible(state: PackageState): Promise<void> {
    await this.registry.untilVisible(state, VISIBLE_MS);
  }
}
