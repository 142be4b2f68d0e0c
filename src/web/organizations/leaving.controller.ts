import { Body, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Users } from '../../accounts/users.js';
import { type Role, roles } from '../../organizations/member.entity.js';
import { Members } from '../../organizations/members.js';
import { invalidFields } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { seeOther } from '../http/answers.js';
import { submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { OrganizationSights, type Sight } from './organization-sights.js';
import { SettingsSights } from './settings-sights.js';

const line = z.string({ error: "can't be blank" });
const LEAVE = 'leave';
const HandOverForm = z.object({
  to: line.trim().min(1, 'choose a member'),
  then: z.enum([...roles, LEAVE], { error: 'choose what becomes of you' }),
});
const LeaveForm = z.object({ typed: line.trim() });

/** Going, and letting somebody else go on. */
@Pages('orgs/:organization/settings')
export class LeavingController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly settings: SettingsSights,
    private readonly members: Members,
    private readonly users: Users,
  ) {}

  @Post('leave')
  async leave(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    signedIn(visitor, paths.settings(name));
    const sight = await this.sights.see(visitor, 'organization.see', name);
    return submit(
      LeaveForm,
      body,
      async ({ typed }) => {
        if (typed !== name) throw invalidFields({ typed: 'is not the name of the organization' });
        await this.members.leave(sight.actor, sight.organization, sight.user);
        return seeOther(paths.organizations, `You have left ${name}.`);
      },
      (form) => this.settings.show(visitor, sight, 'leave', form),
    );
  }

  @Post('hand-over')
  async handOver(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const page = paths.settings(name);
    const sight = await this.sights.change(visitor, 'organization.manage', name, page);
    return submit(
      HandOverForm,
      body,
      async ({ to, then }) => {
        await this.pass(sight, to, then === LEAVE ? null : then);
        if (then === LEAVE) return seeOther(paths.organizations, `${to} is now an admin of ${name}. You have left it.`);
        return seeOther(page, `${to} is now an admin of ${name}. Your role is now ${then}.`);
      },
      (form) => this.settings.show(visitor, sight, 'hand-over', form),
    );
  }

  private async pass({ actor, organization, user }: Sight, to: string, role: Role | null): Promise<void> {
    const heir = await this.users.byName(to);
    if (heir === null) throw invalidFields({ to: 'is not a member' });
    await this.members.handOver(actor, organization, user, heir, role);
  }
}
