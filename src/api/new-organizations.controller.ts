import { Body, Controller, HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { Users } from '../accounts/users.js';
import { Organizations } from '../organizations/organizations.js';
import { Standings } from '../organizations/standings.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { OrganizationShape, organizationView } from './views/organization.view.js';

const NewOrganizationInput = z
  .object({ name: z.string({ error: "can't be blank" }).trim().toLowerCase() })
  .meta({ id: 'NewOrganizationInput' });

/** Beginning an organization, as the site does; what exists is in `organizations.controller`. */
@Resource('Organizations')
@Controller('api/orgs')
@UseGuards(AuthenticationGuard)
export class NewOrganizationsController {
  constructor(
    private readonly access: Access,
    private readonly organizations: Organizations,
    private readonly users: Users,
    private readonly standings: Standings,
    private readonly urls: Urls,
  ) {}

  @Post()
  @HttpCode(201)
  @Endpoint({
    summary: 'Create an organization',
    details:
      'With its repository of the same name and its trial; you are its first admin. For people: an organization’s key cannot.',
    needs: 'account.write',
    answer: OrganizationShape,
  })
  async create(
    @From() caller: Caller,
    @Body({ schema: NewOrganizationInput }) { name }: z.infer<typeof NewOrganizationInput>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const actor = await this.access.account(caller, 'write');
    const organization = await this.organizations.create(actor, name, await this.users.named(actor.name));
    void reply.header('location', this.urls.api(`/orgs/${organization.name}`));
    return organizationView(this.standings, organization);
  }
}
