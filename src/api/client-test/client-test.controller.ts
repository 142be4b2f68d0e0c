import { Body, Controller, Post, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access } from '../../access/access.js';
import { type Caller } from '../../access/callers.js';
import { DEVICE_GRANT } from '../../accounts/oauth-client.entity.js';
import { OAuthClients } from '../../accounts/oauth-clients.js';
import { Users } from '../../accounts/users.js';
import { Organizations } from '../../organizations/organizations.js';
import { AuthenticationGuard, From } from '../http/authentication.guard.js';
import { organizationView } from '../views/organization.view.js';
import { Standings } from '../../organizations/standings.js';

const RepositoryInput = z.object({ name: z.string() });
const ClientInput = z.object({ client_id: z.uuid(), name: z.string() });

/** What is there before the tests: organizations, which people make on the site, and clients, which the operator registers. */
@Controller('api')
@UseGuards(AuthenticationGuard)
export class ClientTestController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly organizations: Organizations,
    private readonly standings: Standings,
    private readonly clients: OAuthClients,
  ) {}

  /** An organization with its repository; the caller is its admin. */
  @Post('repo')
  async repository(
    @From() caller: Caller,
    @Body({ schema: RepositoryInput }) { name }: z.infer<typeof RepositoryInput>,
  ) {
    const actor = await this.access.account(caller, 'write');
    const organization = await this.organizations.create(actor, name, await this.users.named(actor.name));
    return organizationView(this.standings, organization);
  }

  /** A public client, for the login of machines; 200 where it is registered already, as the official one is. */
  @Post('oauth_client')
  async client(
    @From() { actor }: Caller,
    @Body({ schema: ClientInput }) { client_id: id, name }: z.infer<typeof ClientInput>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const known = await this.clients.find(id);
    if (known !== null) void reply.status(200);
    const grantTypes = [DEVICE_GRANT, 'refresh_token', 'client_credentials'] as const;
    const asked = { id, name, redirectUris: [], grantTypes, scopes: ['api', 'repositories'], confidential: false };
    const client = known ?? (await this.clients.create(actor, asked)).client;
    return { client_id: client.id, client_type: 'public', name: client.name };
  }
}
