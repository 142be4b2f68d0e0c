import { Controller, Get, HttpCode, Query, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { domains, permissionProblem, type Permission } from '../accounts/permissions.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const Question = z.object({
  domain: z.enum(domains, { error: `must be one of ${domains.join(', ')}` }),
  resource: z.string().min(1).nullish(),
});

const KeyInUse = z.strictObject({
  key: z.strictObject({ name: z.string(), owner: z.strictObject({ type: z.string(), name: z.string() }) }),
});

/** "Is this key good for that?": what `mix hex.organization auth --key` and `rebar3 hex organization auth -k` ask. */
@Resource('Keys')
@Controller('api/auth')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class AuthController {
  constructor(private readonly access: Access) {}

  @Get()
  @HttpCode(200)
  @Endpoint({
    summary: 'Is this credential good for that?',
    details: 'The credential must carry the permission that is asked about, and its owner must have the right.',
    needs: 'credential',
    answer: KeyInUse,
    also: { 204: { when: 'It is, and it is a token.', content: null } },
  })
  async check(
    @From() caller: Caller,
    @Query({ schema: Question }) { domain, resource }: z.infer<typeof Question>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const needed: Permission = { domain, resource: resource ?? null };
    const problem = permissionProblem(needed);
    if (problem !== null) throw invalidFields({ resource: problem });
    this.access.credential(caller, needed);
    await this.ownerMay(caller, needed);
    const { key, byToken, actor } = caller;
    if (key !== null && !byToken)
      return { key: { name: key.name, owner: { type: actor.kind, name: 'name' in actor ? actor.name : '' } } };
    if (!byToken)
      throw new DomainError('unauthenticated', 'no_key', 'this asks about a key or a token, not a password');
    void reply.status(204);
    return undefined;
  }

  /** The credential carries it; has its owner got it? Here too an outsider learns nothing about what exists. */
  private async ownerMay(caller: Caller, { domain, resource }: Permission): Promise<void> {
    const ask = async (): Promise<unknown> => {
      if (domain === 'repository') return this.access.repository(caller, 'repository.fetch', resource!);
      if (domain === 'docs') return this.access.repository(caller, 'docs.fetch', resource!);
      if (domain !== 'package') return undefined;
      const [repository, name] = resource!.split('/');
      return this.access.repository(caller, 'package.publish', repository, name);
    };
    await ask().catch((error: unknown) => {
      if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error;
      throw new DomainError('forbidden', 'not_authorized', 'account not authorized for this action');
    });
  }
}
