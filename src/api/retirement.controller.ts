import { Body, Controller, Delete, HttpCode, Param, Post, Query, UseGuards, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type PackageState } from '../packages/packages.events.js';
import { retirementReasons } from '../packages/release.entity.js';
import { Releases, type Retirement } from '../packages/releases.js';
import { type Tx } from '../platform/database.js';
import { Registry } from '../registry/registry.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { Flag } from './http/input.js';
import { checkVersion, type ReleasePath } from './http/release-path.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { VISIBLE_MS } from './publish.controller.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** mix sends an empty one for none. */
const Message = z
  .string()
  .max(140, 'should be at most 140 characters')
  .refine((text) => text === '' || text.length >= 3, 'should be at least 3 characters')
  .transform((text) => text || null);
const Mark = z
  .object({
    reason: z.enum(retirementReasons, { error: 'is invalid' }),
    message: Message.nullish(),
  })
  .meta({ id: 'RetirementInput' });
const Options = z.object({ replace: Flag.default(false) });
const MarkAll = Mark.extend({ replace: Flag.default(false) }).meta({ id: 'RetirementOfAllInput' });

const asMark = ({ reason, message }: z.infer<typeof Mark>): Retirement => ({ reason, message: message ?? null });

/** Marks on releases that clients show. rebar3_hex insists on exactly 204. */
@Resource('Releases')
@Controller(['api', 'api/repos/:repository'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class RetirementController {
  constructor(
    private readonly access: Access,
    private readonly releases: Releases,
    private readonly registry: Registry,
  ) {}

  @Post('packages/:name/releases/:version/retire')
  @HttpCode(204)
  @Endpoint({ summary: 'Retire a release', needs: 'release.retire', answer: null })
  async retire(@From() caller: Caller, @Param() path: ReleasePath, @Body({ schema: Mark }) mark: z.infer<typeof Mark>) {
    await this.mark(caller, path, asMark(mark));
  }

  @Delete('packages/:name/releases/:version/retire')
  @HttpCode(204)
  @Endpoint({ summary: 'Take a retirement back', needs: 'release.retire', answer: null })
  async unretire(@From() caller: Caller, @Param() path: ReleasePath) {
    await this.mark(caller, path, null);
  }

  /** Every release of a package; one that is retired already keeps its mark, unless `replace` says otherwise. */
  @Post('packages/:name/retire')
  @HttpCode(204)
  @Endpoint({ summary: 'Retire every release of a package', needs: 'release.retire', answer: null })
  async retireAll(
    @From() caller: Caller,
    @Param() path: Omit<ReleasePath, 'version'>,
    @Body({ schema: MarkAll }) input: z.infer<typeof MarkAll>,
    @Query({ schema: Options }) query: z.infer<typeof Options>,
  ) {
    const { repository, stillMay } = await this.open(caller, path);
    const marking = { mark: asMark(input), replace: input.replace || query.replace };
    await this.visible(await this.releases.retireAll(caller.actor, repository, path.name, marking, stillMay));
  }

  private async mark(caller: Caller, path: ReleasePath, mark: Retirement | null): Promise<void> {
    const { repository, stillMay } = await this.open(caller, path);
    checkVersion(path.version);
    await this.visible(await this.releases.retire(caller.actor, repository, path.name, path.version, mark, stillMay));
  }

  /** Whoever waited for the package may have been shut out meanwhile. */
  private async open(caller: Caller, { repository: scope, name }: Omit<ReleasePath, 'version'>) {
    const opened = await this.access.repository(caller, 'release.retire', scope, name);
    const stillMay = (tx: Tx) => this.access.hold(tx, caller, 'release.retire', opened);
    return { repository: opened.repository, stillMay };
  }

  /** Waits for the index. The change has been made either way, so a late index does not turn the answer into an error. */
  private async visible(state: PackageState): Promise<void> {
    await this.registry.untilVisible(state, VISIBLE_MS);
  }
}
