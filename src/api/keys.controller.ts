import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { Granting } from '../access/granting.js';
import { type KeyOwner, Keys, MAX_PERMISSIONS } from '../accounts/keys.js';
import { DEFAULT_PERMISSIONS, domains } from '../accounts/permissions.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { KeyShape, keyView, NewKeyShape } from './views/key.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const NewKeyInput = z
  .object({
    name: z.string().min(1, "can't be blank"),
    permissions: z
      .array(z.object({ domain: z.enum(domains, { error: 'is invalid' }), resource: z.string().nullish() }))
      .max(MAX_PERMISSIONS, `at most ${MAX_PERMISSIONS} can be given`)
      .nullish(),
    revoke_at: z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time' }).nullish(),
  })
  .meta({ id: 'NewKeyInput' });

/** Whose keys a request is about, once it is known that it may be. */
interface Ring {
  readonly owner: KeyOwner;
  readonly organization: string | undefined;
}

/** API keys: a user's own under `/api/keys`, an organization's under `/api/orgs/ORG/keys`. */
@Resource('Keys')
@Controller(['api/keys', 'api/orgs/:organization/keys'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class KeysController {
  constructor(
    private readonly access: Access,
    private readonly granting: Granting,
    private readonly keys: Keys,
    private readonly urls: Urls,
  ) {}

  @Get()
  @Endpoint({ summary: 'Keys', needs: ['account.read', 'keys.read'], answer: z.array(KeyShape) })
  async list(@From() caller: Caller, @Param('organization') organization?: string) {
    const ring = await this.ring(caller, organization, 'read');
    const keys = await this.keys.list(ring.owner);
    return keys.map((key) => keyView(key, this.context(caller, ring)));
  }

  @Get(':name')
  @Endpoint({ summary: 'A key', needs: ['account.read', 'keys.read'], answer: KeyShape })
  async show(@From() caller: Caller, @Param('name') name: string, @Param('organization') organization?: string) {
    const ring = await this.ring(caller, organization, 'read');
    return keyView(await this.keys.named(ring.owner, name), this.context(caller, ring));
  }

  /** The only answer that holds the secret. */
  @Post()
  @Endpoint({
    summary: 'Make a key',
    details: 'Without permissions it carries `api`.',
    needs: ['account.write', 'keys.manage'],
    answer: NewKeyShape,
  })
  async create(
    @From() caller: Caller,
    @Body({ schema: NewKeyInput }) input: z.infer<typeof NewKeyInput>,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('organization') organization?: string,
  ) {
    const ring = await this.ring(caller, organization, 'write');
    const permissions = (input.permissions ?? []).map(({ domain, resource }) => ({
      domain,
      resource: resource ?? null,
    }));
    await this.granting.mustBeTheirs(caller, ring.organization, permissions);
    const wanted = {
      name: input.name,
      permissions: permissions.length > 0 ? permissions : DEFAULT_PERMISSIONS,
      expiresAt: input.revoke_at ? new Date(input.revoke_at) : null,
    };
    const { owner } = ring;
    const { key, secret } = await this.keys.create(caller.actor, owner, wanted, async (tx) => {
      if ('organizationId' in owner)
        await this.access.holdMember(tx, caller.actor, 'keys.manage', owner.organizationId);
    });
    void reply.header('location', this.urls.key(key.name, organization)).header('cache-control', 'no-store');
    return keyView(key, this.context(caller, ring), secret);
  }

  @Delete(':name')
  @HttpCode(200)
  @Endpoint({ summary: 'Revoke a key', needs: ['account.write', 'keys.manage'], answer: KeyShape })
  async revoke(@From() caller: Caller, @Param('name') name: string, @Param('organization') organization?: string) {
    const ring = await this.ring(caller, organization, 'write');
    return keyView(await this.keys.revoke(caller.actor, ring.owner, name), this.context(caller, ring));
  }

  /** All of them, the one in use included; answers with that one, or with nothing where a password was used. */
  @Delete()
  @HttpCode(200)
  @Endpoint({
    summary: 'Revoke all keys, the one in use too',
    needs: ['account.write', 'keys.manage'],
    answer: KeyShape,
    also: { 204: { when: 'Done, and no key was used for it.', content: null } },
  })
  async revokeAll(
    @From() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('organization') organization?: string,
  ) {
    const ring = await this.ring(caller, organization, 'write');
    const revoked = await this.keys.revokeAll(caller.actor, ring.owner);
    const own = revoked.find((key) => key.id === caller.key?.id);
    if (own !== undefined) return keyView(own, this.context(caller, ring));
    void reply.status(204);
    return undefined;
  }

  private async ring(caller: Caller, organization: string | undefined, use: 'read' | 'write'): Promise<Ring> {
    if (organization === undefined) {
      const { userId } = await this.access.account(caller, use);
      return { owner: { userId }, organization };
    }
    const found = await this.access.organization(caller, use === 'read' ? 'keys.read' : 'keys.manage', organization);
    return { owner: { organizationId: found.id }, organization: found.name };
  }

  private context(caller: Caller, { organization }: Ring) {
    return { urls: this.urls, organization, authingKeyId: caller.key?.id };
  }
}
