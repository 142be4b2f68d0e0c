import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Deletions } from '../../organizations/deletions.js';
import { Exporting } from '../../packages/exporting.js';
import { paths } from '../../platform/paths.js';
import { dayOf } from '../components/when.js';
import { type Answer, download, seeOther } from '../http/answers.js';
import { submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { OrganizationSights } from './organization-sights.js';
import { SettingsSights } from './settings-sights.js';

const DeleteForm = z.object({ typed: z.string({ error: "can't be blank" }).trim() });

/** The end of an organization, how to stop it, and how to take everything along. */
@Pages('orgs/:organization')
export class DeletionController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly settings: SettingsSights,
    private readonly deletions: Deletions,
    private readonly exporting: Exporting,
  ) {}

  @Post('settings/delete')
  async announce(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const page = paths.settings(name);
    const sight = await this.sights.change(visitor, 'organization.manage', name, page);
    return submit(
      DeleteForm,
      body,
      async ({ typed }) => {
        const end = await this.deletions.announce(sight.actor, sight.organization, typed);
        return seeOther(page, `${name} will be deleted on ${dayOf(end)}. Until then every admin can cancel this.`);
      },
      (form) => this.settings.show(visitor, sight, 'delete', form),
    );
  }

  /** Needs no proof of identity: it destroys nothing. */
  @Post('settings/keep')
  async keep(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const { actor, organization } = await this.sights.see(visitor, 'organization.manage', name);
    await this.deletions.cancel(actor, organization);
    return seeOther(paths.settings(name), `${name} stays. Everything is as it was before.`);
  }

  @Get('export.tar')
  async export(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.change(visitor, 'organization.manage', name, paths.exportOf(name));
    const archive = await this.exporting.export(sight.actor, sight.organization);
    return download(archive, 'application/x-tar', `${name}.tar`);
  }
}
