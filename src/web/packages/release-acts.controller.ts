import { Body, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Access, type Opened } from '../../access/access.js';
import { type Action } from '../../access/table.js';
import { scopeOf } from '../../organizations/repository.entity.js';
import { type PackageState } from '../../packages/packages.events.js';
import { retirementReasons } from '../../packages/release.entity.js';
import { Releases, type Retirement } from '../../packages/releases.js';
import { type Tx } from '../../platform/database.js';
import { paths } from '../../platform/paths.js';
import { Registry } from '../../registry/registry.js';
import { type Answer, type Html, html, seeOther } from '../http/answers.js';
import { submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { type PackageAddress, PackageSights } from './package-sights.js';
import { releasePage, type SentForm } from './release.page.js';
import { ReleaseSights } from './release-sights.js';

/** How long an answer waits for the index, as the API does. The change is made either way. */
const VISIBLE_MS = 10_000;

const RetirementForm = z.object({
  reason: z.enum(retirementReasons, { error: 'Choose one.' }),
  message: z
    .string()
    .trim()
    .max(140, 'At most 140 characters, please.')
    .refine((text) => text === '' || text.length >= 3, 'At least 3 characters, or none.')
    .transform((text) => text || null)
    .default(null),
});

const ROUTES = (act: string) => [`:name/:version/${act}`, `:scope/:name/:version/${act}`];

/** Of a form's address; without `scope` in the public repository. */
interface ReleaseParams {
  readonly scope?: string;
  readonly name: string;
  readonly version: string;
}

const pageOf = ({ scope, name, version }: ReleaseParams): string => paths.release(scope, name, version);

/** What those who publish do with a release: each is asked of `access`, and returns when clients can see it. */
@Pages('packages')
export class ReleaseActsController {
  constructor(
    private readonly access: Access,
    private readonly releases: Releases,
    private readonly registry: Registry,
    private readonly packageSights: PackageSights,
    private readonly releaseSights: ReleaseSights,
  ) {}

  @Post(ROUTES('retire'))
  async retire(@Visiting() visitor: Visitor, @Body() body: unknown, @Param() at: ReleaseParams): Promise<Answer> {
    signedIn(visitor, pageOf(at));
    const opened = await this.permitted(visitor, 'release.retire', at);
    const retire = (mark: Retirement) => this.mark(visitor, opened, at, mark, `${at.version} is retired.`);
    return submit(RetirementForm, body, retire, (form) => this.again(visitor, at, { act: 'retire', form }));
  }

  @Post(ROUTES('unretire'))
  async unretire(@Visiting() visitor: Visitor, @Param() at: ReleaseParams): Promise<Answer> {
    signedIn(visitor, pageOf(at));
    const opened = await this.permitted(visitor, 'release.retire', at);
    return this.mark(visitor, opened, at, null, `Clients no longer warn about ${at.version}.`);
  }

  @Post(ROUTES('revert'))
  async revert(@Visiting() visitor: Visitor, @Body() body: unknown, @Param() at: ReleaseParams): Promise<Answer> {
    const { actor } = sudo(visitor, pageOf(at));
    const opened = await this.permitted(visitor, 'release.revert', at);
    const { repository } = opened;
    const stillMay = (tx: Tx) => this.access.hold(tx, visitor.caller, 'release.revert', opened);
    const { versions } = await this.packageSights.of(visitor, addressOf(at));
    const typed = z.object({ version: z.literal(at.version, { error: 'That is not the version of this release.' }) });
    const revert = async () => {
      await this.visible(await this.releases.revert(actor, repository, at.name, at.version, stillMay));
      const next = versions.length > 1 ? paths.package(scopeOf(repository), at.name) : paths.packages();
      return seeOther(next, `${at.name} ${at.version} has been reverted.`);
    };
    return submit(typed, body, revert, (form) => this.again(visitor, at, { act: 'revert', form }));
  }

  private async mark(
    { caller }: Visitor,
    opened: Opened,
    at: ReleaseParams,
    mark: Retirement | null,
    note: string,
  ): Promise<Answer> {
    const stillMay = (tx: Tx) => this.access.hold(tx, caller, 'release.retire', opened);
    const { repository } = opened;
    await this.visible(await this.releases.retire(caller.actor, repository, at.name, at.version, mark, stillMay));
    return seeOther(pageOf(at), note);
  }

  private async visible(state: PackageState): Promise<void> {
    await this.registry.untilVisible(state, VISIBLE_MS);
  }

  private permitted({ caller }: Visitor, action: Action, { scope, name }: ReleaseParams): Promise<Opened> {
    return this.access.repository(caller, action, scope, name);
  }

  private async again(visitor: Visitor, at: ReleaseParams, sent: SentForm): Promise<Html> {
    const sight = await this.packageSights.of(visitor, addressOf(at));
    return html(releasePage(visitor, await this.releaseSights.of(sight), sent));
  }
}

const addressOf = ({ scope, name, version }: ReleaseParams): PackageAddress => ({ scope, name, version });
