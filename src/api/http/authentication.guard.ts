import { type CanActivate, createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, Callers, type Writing } from '../../access/callers.js';
import { networkOf } from '../../accounts/places.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { DomainError } from '../../platform/errors.js';
import { originOf } from '../../platform/http/origin.js';
import { type LimitState, type RateLimit, RateLimits } from '../../platform/rate-limits.js';

const callers = new WeakMap<FastifyRequest, Caller>();

/** The caller of a request that has passed {@link AuthenticationGuard}; a parameter of handlers. */
export const From = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new Error('this route has no authentication guard');
  return caller;
});

/** Reading needs no code, and takes none: one that is sent with it anyway is not looked at. */
function writingOf({ method, headers }: FastifyRequest): Writing | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  return { code: [headers['x-hex-otp']].flat()[0] };
}

/**
 * Finds out who calls, and counts: a user or organization by its own name, everybody else (failed logins included, or keys
 * could be guessed at full speed) by address. A credential that does not work is refused even where none is needed.
 */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  private readonly perIp: RateLimit;
  private readonly perActor: RateLimit;

  constructor(
    private readonly callers: Callers,
    limits: RateLimits,
    @Inject(CONFIG) config: Config,
  ) {
    this.perIp = limits.limit('api-ip', config.apiLimitPerIp, 60);
    this.perActor = limits.limit('api-actor', config.apiLimitPerActor, 60);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const origin = originOf(request);
    const byIp = async () => this.enforce(reply, await this.perIp.count(networkOf(request.ip)), `IP ${request.ip}`);
    const { authorization } = request.headers;
    const caller = await this.callers
      .identify(authorization, origin, writingOf(request))
      .catch(async (error: unknown) => {
        if (error instanceof DomainError) await byIp();
        throw error;
      });
    const { actor } = caller;
    if (actor.kind === 'anonymous') await byIp();
    else this.enforce(reply, await this.perActor.count(`${actor.kind}:${actor.name}`), `${actor.kind} ${actor.name}`);
    callers.set(request, caller);
    return true;
  }

  private enforce(reply: FastifyReply, { limit, remaining, resetsAt, exceeded }: LimitState, who: string): void {
    void reply.headers({
      'x-ratelimit-limit': limit,
      'x-ratelimit-remaining': remaining,
      'x-ratelimit-reset': resetsAt,
    });
    if (exceeded) throw new DomainError('rate_limited', 'rate_limited', `API rate limit exceeded for ${who}`);
  }
}
