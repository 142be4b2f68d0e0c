import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Profiles } from '../../organizations/profiles.js';
import { paths } from '../../platform/paths.js';
import { Renaming } from '../../registry/renaming.js';
import { type Answer, seeOther } from '../http/answers.js';
import { emptyForm, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { OrganizationSights, type Sight } from './organization-sights.js';
import { SettingsSights } from './settings-sights.js';

const line = z.string({ error: "can't be blank" });
const ProfileForm = z.object({ displayName: line, website: line, contactEmail: line, about: line });
const RenameForm = z.object({
  name: line.trim().toLowerCase(),
  understood: z.literal('yes', { error: 'please confirm that you have read this' }),
});

/** What an organization is called and says of itself. */
@Pages('orgs/:organization/settings')
export class SettingsController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly settings: SettingsSights,
    private readonly profiles: Profiles,
    private readonly renaming: Renaming,
  ) {}

  @Get()
  async list(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.see(visitor, 'organization.see', name);
    return this.settings.show(visitor, sight, null, emptyForm);
  }

  @Post('profile')
  async profile(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.manage(visitor, name);
    return submit(
      ProfileForm,
      body,
      async (profile) => {
        await this.profiles.change(sight.actor, sight.organization, profile);
        return seeOther(paths.settings(name), 'The profile has been saved.');
      },
      (form) => this.settings.show(visitor, sight, 'profile', form),
    );
  }

  @Post('rename')
  async rename(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.manage(visitor, name);
    return submit(
      RenameForm,
      body,
      async (input) => {
        await this.renaming.rename(sight.actor, sight.organization, input.name);
        const note = `${name} is now called ${input.name}. Its indexes are being signed anew, which takes a moment.`;
        return seeOther(paths.settings(input.name), note);
      },
      (form) => this.settings.show(visitor, sight, 'rename', form),
    );
  }

  private manage(visitor: Visitor, name: string): Promise<Sight> {
    return this.sights.change(visitor, 'organization.manage', name, paths.settings(name));
  }
}
