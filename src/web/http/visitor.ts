import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Caller } from '../../access/callers.js';
import { type Session } from '../../accounts/session.entity.js';
import { SUDO_MS } from '../../accounts/sessions.js';
import { type User } from '../../accounts/user.entity.js';
import { type Actor, type Origin } from '../../audit/actor.js';
import { paths } from '../../platform/paths.js';
import { Elsewhere, seeOther } from './answers.js';
import { type Note } from './cookies.js';

/** Who looks at a page. */
export interface Visitor {
  /** For `access`: anonymous, or the person with all that they may. */
  readonly caller: Caller;
  readonly user: User | null;
  readonly session: Session | null;
  readonly origin: Origin;
  /** To be shown once, on this page. */
  readonly note: Note | null;
  /** Path and query of this request, to come back to. */
  readonly address: string;
  readonly method: string;
  /** The moment of the request, by the service's clock. */
  readonly now: Date;
  /** Are seats sold on this server? Only then it has billing pages. */
  readonly mayBuy: boolean;
  /** Reads a short-lived cookie that an earlier answer set (`seeOther(…, cookies)`). */
  readonly cookie: (name: string) => string | undefined;
}

export interface SignedIn {
  readonly user: User;
  readonly session: Session;
  readonly actor: Extract<Actor, { kind: 'user' }>;
}

/** A form that was opened just in time is still taken a while after the hour. */
const FORM_GRACE_MS = 15 * 60_000;

const visitors = new WeakMap<FastifyRequest, Visitor>();
export const remember = (request: FastifyRequest, visitor: Visitor): void => void visitors.set(request, visitor);
export const visitorOf = (request: FastifyRequest): Visitor | undefined => visitors.get(request);

/** Parameter of page handlers: the visitor. */
export const Visiting = createParamDecorator((_data: unknown, context: ExecutionContext): Visitor => {
  const visitor = visitorOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (visitor === undefined) throw new Error('this controller is not one of Pages');
  return visitor;
});

/** A form's address is no page to come back to. */
const pageOf = ({ method, address }: Visitor): string => (method === 'GET' ? address : paths.home);

/** The person, or off to the login and back here. After a form, back to the page it was on (`page`, or here). */
export function signedIn(visitor: Visitor, page = pageOf(visitor)): SignedIn {
  const { user, session, caller } = visitor;
  if (user === null || session === null || caller.actor.kind !== 'user') {
    const lost = visitor.method === 'GET' ? undefined : { text: 'Please log in first.', tone: 'bad' as const };
    throw new Elsewhere(seeOther(paths.login(page), lost));
  }
  return { user, session, actor: caller.actor };
}

/** For dangerous acts: the person with a recent proof that it is them, or off to prove it and back (`page`, or here). */
export function sudo(visitor: Visitor, page = pageOf(visitor)): SignedIn {
  const person = signedIn(visitor, page);
  const isForm = visitor.method !== 'GET';
  const age = visitor.now.getTime() - person.session.provedAt.getTime();
  if (age < SUDO_MS + (isForm ? FORM_GRACE_MS : 0)) return person;
  const lost = {
    text: 'Nothing has been changed yet: please confirm that it is you, then try again.',
    tone: 'bad',
  } as const;
  throw new Elsewhere(seeOther(paths.sudo(page), isForm ? lost : undefined));
}
