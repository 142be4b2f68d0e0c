import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { clientMessage, printsMessages } from '../../hex/client-message.js';
import { Organizations } from '../../organizations/organizations.js';
import { Standings } from '../../organizations/standings.js';
import { type Logger, LOGGER } from '../../platform/log.js';

/**
 * Lets mix tell the person at it how their organization stands. Only beside what a handler has answered, which is the proof
 * that the caller belongs there: a refusal must not tell outsiders that there is such an organization.
 */
@Injectable()
export class StandingWarning implements NestInterceptor {
  constructor(
    private readonly organizations: Organizations,
    private readonly standings: Standings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (!printsMessages(request.headers['user-agent'])) return next.handle();
    return next.handle().pipe(mergeMap((answer) => this.warned(answer, request, reply)));
  }

  private async warned(answer: unknown, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    try {
      const organization = await this.organizations.byName(nameIn(request) ?? '');
      const text = organization && this.standings.warning(organization).text;
      if (text !== null) void reply.header('x-hex-message', clientMessage(text, 'warn'));
    } catch (error) {
      // What was done is done; it must not look undone because of a word beside it.
      this.logger.warn({ err: error }, 'a warning about an organization could not be given');
    }
    return answer;
  }
}

/** The organization that the request is about: in its path, or with `GET /api/auth` in what it asks about. */
function nameIn({ params, query }: FastifyRequest): string | undefined {
  const { repository, organization } = params as Record<string, string | undefined>;
  const { resource } = query as Record<string, unknown>;
  return repository ?? organization ?? (typeof resource === 'string' ? resource.split('/')[0] : undefined);
}
