import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { type User } from '../../accounts/user.entity.js';
import { Users } from '../../accounts/users.js';
import { Invitations } from '../../organizations/invitations.js';
import { roles } from '../../organizations/member.entity.js';
import { Members } from '../../organizations/members.js';
import { notFound } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { may } from '../layout/organization-page.js';
import { membersPage } from './members.page.js';
import { OrganizationSights, type Sight } from './organization-sights.js';

const Role = z.enum(roles, { error: 'must be one of the roles' });
const RoleForm = z.object({ role: Role });
const InviteForm = z.object({
  email: z.string({ error: "can't be blank" }).trim().min(1, "can't be blank"),
  role: Role,
});

@Pages('orgs/:organization')
export class MembersController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly members: Members,
    private readonly invitations: Invitations,
    private readonly users: Users,
  ) {}

  @Get('members')
  async list(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    return this.show(visitor, await this.sights.see(visitor, 'members.read', name), emptyForm);
  }

  @Post('members/:user/role')
  async changeRole(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('user') userName: string,
    @Body() body: unknown,
  ): Promise<Answer> {
    const sight = await this.manage(visitor, name);
    return submit(
      RoleForm,
      body,
      async ({ role }) => {
        const user = await this.member(userName);
        await this.members.changeRole(sight.actor, sight.organization, user, role);
        return seeOther(paths.members(name), `${user.name} now has the role ${role}.`);
      },
      ({ problems, message }) => this.show(visitor, sight, { ...emptyForm, message: message ?? problems['role'] }),
    );
  }

  @Post('members/:user/remove')
  async remove(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('user') userName: string,
  ): Promise<Answer> {
    const sight = await this.manage(visitor, name);
    return submit(
      z.object({}),
      {},
      async () => {
        const user = await this.member(userName);
        await this.members.remove(sight.actor, sight.organization, user);
        return seeOther(paths.members(name), `${user.name} has been removed. Their keys open nothing here any more.`);
      },
      ({ message }) => this.show(visitor, sight, { ...emptyForm, message }),
    );
  }

  @Post('invitations')
  async invite(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.manage(visitor, name);
    return submit(
      InviteForm,
      body,
      async ({ email, role }) => {
        await this.invitations.invite(sight.actor, sight.organization, email, role);
        return seeOther(paths.members(name), `An invitation is on its way to ${email}.`);
      },
      (form) => this.show(visitor, sight, form),
    );
  }

  @Post('invitations/:id/resend')
  async resend(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('id') id: string) {
    const sight = await this.manage(visitor, name);
    return submit(
      z.object({}),
      {},
      async () => {
        await this.invitations.resend(sight.actor, sight.organization, id);
        return seeOther(
          paths.members(name),
          'The invitation has been sent again. The link in the earlier mail is dead.',
        );
      },
      ({ message }) => this.show(visitor, sight, { ...emptyForm, message }),
    );
  }

  @Post('invitations/:id/revoke')
  async revoke(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('id') id: string) {
    const { actor, organization } = await this.manage(visitor, name);
    await this.invitations.revoke(actor, organization, id);
    return seeOther(paths.members(name), 'The invitation has been withdrawn. Its link is dead.');
  }

  private manage(visitor: Visitor, name: string): Promise<Sight> {
    return this.sights.change(visitor, 'members.manage', name, paths.members(name));
  }

  /** Who is no member looks like who does not exist. */
  private async member(name: string): Promise<User> {
    const user = name.includes('\0') ? null : await this.users.byName(name);
    if (user === null) throw notFound(`member ${name}`);
    return user;
  }

  private async show(visitor: Visitor, sight: Sight, form: FormState): Promise<Html> {
    const manages = may(sight.role, 'members.manage');
    const people = await this.members.people(sight.organization);
    const invitations = manages ? await this.invitations.list(sight.organization) : [];
    return html(membersPage(visitor, sight, { people, invitations, form }));
  }
}
