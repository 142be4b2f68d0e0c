import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { StreamableFile } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { catchError, map, type Observable, of } from 'rxjs';
import { CONFIG, type Config } from '../../platform/config.js';
import { DomainError } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { contentSecurityPolicy } from '../guard-rails.js';
import { type Answer, type Download, Elsewhere, type Html, type SeeOther, seeOther } from './answers.js';
import { Cookies } from './cookies.js';
import { visitorOf } from './visitor.js';

/** Writes what page handlers return onto the wire. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor<Answer> {
  private readonly cookies: Cookies;

  constructor(@Inject(CONFIG) config: Config) {
    this.cookies = new Cookies(config.publicUrl);
  }

  intercept(context: ExecutionContext, next: CallHandler<Answer>): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      catchError((error: unknown) => of(elsewhere(error, request))),
      map((answer) => this.write(answer, request, reply)),
    );
  }

  private write(answer: Answer, request: FastifyRequest, reply: FastifyReply): unknown {
    // What a person sees must not be found in a cache by the next person at the same machine.
    void reply.header('cache-control', 'no-store');
    switch (answer.kind) {
      case 'html':
        return this.page(answer, request, reply);
      case 'see-other':
        return this.redirect(answer, reply);
      case 'download':
        return file(answer);
      case 'json':
        // As text: objects are errors to the site's serializer.
        void reply.status(200).type('application/json; charset=utf-8');
        return JSON.stringify(answer.value);
    }
  }

  private page({ page, status, formTargets, origins }: Html, request: FastifyRequest, reply: FastifyReply): string {
    if (visitorOf(request)?.note) this.cookies.clear(reply, 'note');
    if (formTargets.length > 0 || origins !== undefined)
      void reply.header('content-security-policy', contentSecurityPolicy(formTargets, origins));
    void reply.status(status).type('text/html; charset=utf-8');
    return page;
  }

  private redirect({ location, note, cookies }: SeeOther, reply: FastifyReply): string {
    if (note !== null) this.cookies.setNote(reply, note);
    for (const { name, value, maxAge = 15 * 60 } of cookies)
      if (value === null) this.cookies.clear(reply, name);
      else this.cookies.set(reply, name, value, maxAge);
    void reply.status(303).header('location', location).type('text/plain; charset=utf-8');
    return 'See other';
  }
}

const file = ({ stream, type, filename }: Download): StreamableFile =>
  new StreamableFile(stream, { type, disposition: `attachment; filename="${filename.replace(/[^\w.-]/g, '_')}"` });

const LOGGED_OUT = { text: 'You have been logged out. Please log in again.', tone: 'bad' } as const;

/** What a handler could not do here but the person can do elsewhere; everything else remains an error. */
function elsewhere(error: unknown, request: FastifyRequest): SeeOther {
  if (error instanceof Elsewhere) return error.answer;
  const visitor = visitorOf(request);
  if (!(error instanceof DomainError) || error.kind !== 'unauthenticated' || visitor === undefined) throw error;
  // Logged out while the form was on its way (`accounts/sign-in/living-session`): a 401 would make browsers ask for a password.
  if (error.code === 'session_ended') return seeOther(paths.login(), LOGGED_OUT);
  if (visitor.user === null) return seeOther(paths.login(request.method === 'GET' ? visitor.address : undefined));
  throw error;
}
