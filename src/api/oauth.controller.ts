import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller, Callers } from '../access/callers.js';
import { fromScope, narrowed, type Permission } from '../accounts/permissions.js';
import { Tokens } from '../accounts/tokens.js';
import { nameOf } from '../audit/actor.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { originOf } from '../platform/http/origin.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';

const TokenRequest = z.object({
  grant_type: z.string().catch(''),
  client_secret: z.string().catch(''),
  scope: z.string().max(10_000).optional().catch(undefined),
});

/** RFC 6749 section 5.2; here errors have this shape instead of the API's own. */
interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

/**
 * Exchange of an API key for a short-lived token (grant type `client_credentials`; the key is the client's secret), which
 * mix does before it fetches from an organization. A failed exchange makes mix hang for a minute (hex-protocol.md 4.3), so
 * good keys are never limited, and a key without any of the asked scope gets a token that opens nothing instead of an error:
 * the fetch then says in plain words that it is not allowed.
 */
@Controller('api/oauth')
export class OAuthController {
  private readonly failures: RateLimit;

  constructor(
    private readonly callers: Callers,
    private readonly access: Access,
    private readonly tokens: Tokens,
    limits: RateLimits,
    @Inject(CONFIG) config: Config,
  ) {
    this.failures = limits.limit('token-ip', config.apiLimitPerIp, 60);
  }

  @Post('token')
  @HttpCode(200)
  async token(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    void reply.header('cache-control', 'no-store');
    const refuse = (status: number, error: string, error_description: string): OAuthError => {
      void reply.status(status);
      return { error, error_description };
    };
    const input = TokenRequest.safeParse(body);
    if (!input.success) return refuse(400, 'invalid_request', 'the body must be a map');
    const { grant_type, client_secret, scope } = input.data;
    if (grant_type !== 'client_credentials')
      return refuse(400, 'unsupported_grant_type', `grant type "${grant_type.slice(0, 100)}" is not supported`);
    try {
      return await this.exchange(await this.callers.identifyKey(client_secret, originOf(request)), scope);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { exceeded } = await this.failures.count(request.ip);
      if (exceeded) return refuse(429, 'slow_down', 'too many failed attempts');
      return refuse(401, 'invalid_client', error.message);
    }
  }

  private async exchange(caller: Caller, scope: string | undefined) {
    const asked = scope === undefined ? caller.permissions : fromScope(scope);
    const granted = await this.expanded(caller, narrowed(asked, caller.permissions));
    const { actor } = caller;
    const subject = `${actor.kind === 'organization' ? 'org' : 'user'}:${nameOf(actor)}`;
    const minted = await this.tokens.mint(caller.key!, subject, granted);
    return { access_token: minted.token, token_type: 'bearer', expires_in: minted.expiresIn, scope: minted.scope };
  }

  /** `repositories` becomes one scope per organization of this moment: a token does not reach what is joined later. */
  private async expanded(caller: Caller, permissions: readonly Permission[]): Promise<Permission[]> {
    if (!permissions.some(({ domain }) => domain === 'repositories')) return [...permissions];
    const names = await this.access.organizationNames(caller);
    const each = names.map((name): Permission => ({ domain: 'repository', resource: name }));
    return [...permissions.filter(({ domain }) => domain !== 'repositories' && domain !== 'repository'), ...each];
  }
}
