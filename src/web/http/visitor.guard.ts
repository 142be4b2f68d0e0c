import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, Callers } from '../../access/callers.js';
import { Sessions } from '../../accounts/sessions.js';
import { type Origin } from '../../audit/actor.js';
import { Clock } from '../../platform/clock.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { originOf } from '../../platform/http/origin.js';
import { Cookies } from './cookies.js';
import { remember } from './visitor.js';

/** Finds out who visits, from the session cookie. A cookie that is worth nothing makes an anonymous visitor. */
@Injectable()
export class VisitorGuard implements CanActivate {
  private readonly cookies: Cookies;
  private readonly mayBuy: boolean;

  constructor(
    private readonly sessions: Sessions,
    private readonly callers: Callers,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.cookies = new Cookies(config.publicUrl);
    this.mayBuy = config.billing.mode !== 'off';
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const from = originOf(request);
    const token = this.cookies.read(request, 'session');
    const visit = await this.sessions.recognize(token, from);
    const origin: Origin = visit === null ? from : { ...from, sessionId: visit.session.id };
    if (visit === null && token !== undefined && token !== '') this.cookies.clear(reply, 'session');
    const caller: Caller = this.callers.visiting(visit?.user ?? null, origin);
    remember(request, {
      ...{ caller, user: visit?.user ?? null, session: visit?.session ?? null, origin },
      ...{ note: this.cookies.readNote(request), address: request.url, method: request.method, now: this.clock.now() },
      mayBuy: this.mayBuy,
      cookie: (name) => this.cookies.read(request, name) || undefined,
    });
    return true;
  }
}
