import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { Users } from '../accounts/users.js';
import { roles } from '../organizations/member.entity.js';
import { Members } from '../organizations/members.js';
import { Standings } from '../organizations/standings.js';
import { invalidFields, notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { MemberShape, memberView, OrganizationShape, organizationView } from './views/organization.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const Role = z.enum(roles, { error: 'is invalid' });
const NewMemberInput = z.object({ name: z.string(), role: Role }).meta({ id: 'NewMemberInput' });
const RoleInput = z.object({ role: Role }).meta({ id: 'RoleInput' });

@Resource('Organizations')
@Controller('api/orgs')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class OrganizationsController {
  constructor(
    private readonly access: Access,
    private readonly members: Members,
    private readonly users: Users,
    private readonly urls: Urls,
    private readonly standings: Standings,
  ) {}

  @Get()
  @Endpoint({ summary: 'Your organizations', needs: 'anyone', answer: z.array(OrganizationShape) })
  async list(@From() caller: Caller) {
    if (caller.actor.kind === 'anonymous') return [];
    this.access.credential(caller, { domain: 'api', resource: 'read' });
    const found = await this.access.memberships(caller);
    return found.map(({ organization }) => organizationView(this.standings, organization));
  }

  @Get(':organization')
  @Endpoint({ summary: 'An organization', needs: 'organization.see', answer: OrganizationShape })
  async show(@From() caller: Caller, @Param('organization') name: string) {
    return organizationView(this.standings, await this.access.organization(caller, 'organization.see', name));
  }

  @Get(':organization/members')
  @Endpoint({ summary: 'Members', needs: 'members.read', answer: z.array(MemberShape) })
  async listMembers(@From() caller: Caller, @Param('organization') name: string) {
    const organization = await this.access.organization(caller, 'members.read', name);
    const members = await this.members.list(organization);
    const users = new Map(
      (await this.users.byIds(members.map(({ userId }) => userId))).map((user) => [user.id, user.name]),
    );
    return members.map((member) => memberView(this.urls, users.get(member.userId)!, member));
  }

  @Get(':organization/members/:user')
  @Endpoint({ summary: 'A member', needs: 'members.read', answer: MemberShape })
  async showMember(@From() caller: Caller, @Param('organization') name: string, @Param('user') userName: string) {
    const organization = await this.access.organization(caller, 'members.read', name);
    const user = await this.users.byName(userName);
    const member = (await this.members.list(organization)).find(({ userId }) => userId === user?.id);
    if (user === null || member === undefined) throw notFound(`member ${userName}`);
    return memberView(this.urls, user.name, member);
  }

  @Post(':organization/members')
  @HttpCode(200)
  @Endpoint({ summary: 'Add a member', needs: 'members.manage', answer: MemberShape })
  async add(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: NewMemberInput }) input: z.infer<typeof NewMemberInput>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.access.organization(caller, 'members.manage', name);
    const user = await this.users.byName(input.name);
    if (user === null) throw invalidFields({ name: 'unknown user' });
    await this.members.add(caller.actor, organization, user, input.role);
    void reply.header('location', this.urls.api(`/orgs/${organization.name}/members/${user.name}`));
    return this.showMember(caller, name, user.name);
  }

  @Post(':organization/members/:user')
  @HttpCode(200)
  @Endpoint({ summary: 'Change the role of a member', needs: 'members.manage', answer: MemberShape })
  async changeRole(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Param('user') userName: string,
    @Body({ schema: RoleInput }) { role }: z.infer<typeof RoleInput>,
  ) {
    const organization = await this.access.organization(caller, 'members.manage', name);
    await this.members.changeRole(caller.actor, organization, await this.users.named(userName), role);
    return this.showMember(caller, name, userName);
  }

  @Delete(':organization/members/:user')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a member', needs: 'members.manage', answer: null })
  async remove(@From() caller: Caller, @Param('organization') name: string, @Param('user') userName: string) {
    const organization = await this.access.organization(caller, 'members.manage', name);
    await this.members.remove(caller.actor, organization, await this.users.named(userName));
  }
}
