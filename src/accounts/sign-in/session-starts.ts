import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, type Origin } from '../../audit/actor.js';
import { Clock } from '../../platform/clock.js';
import { type Tx } from '../../platform/database.js';
import { paths } from '../../platform/paths.js';
import { newLoginLetter } from '../mail/accounts.emails.js';
import { Notices } from '../mail/notices.js';
import { Sessions, type StartedSession } from '../sessions.js';
import { mustBeUnchanged } from './unchanged-user.js';
import { type User } from '../user.entity.js';

const LATELY_MS = 90 * 24 * 60 * 60 * 1000;

export const actorOf = ({ id, name }: Pick<User, 'id' | 'name'>, origin: Origin): Extract<Actor, { kind: 'user' }> => ({
  ...{ kind: 'user', userId: id, name, origin },
});

/** How sessions begin, whatever was proved. */
@Injectable()
export class SessionStarts {
  constructor(
    private readonly database: DataSource,
    private readonly sessions: Sessions,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /**
   * `also`: what must hold or happen besides, once the user's row is held. Tells them by mail where the device and place are
   * new.
   */
  async start(user: User, origin: Origin, method: string, also?: (tx: Tx) => Promise<void>): Promise<StartedSession> {
    return this.database.transaction(async (tx) => {
      await mustBeUnchanged(tx, user);
      await also?.(tx);
      return this.startIn(tx, user, origin, method);
    });
  }

  async startIn(tx: Tx, user: User, origin: Origin, method: string): Promise<StartedSession> {
    const since = new Date(this.clock.now().getTime() - LATELY_MS);
    const isFamiliar = await this.sessions.isFamiliar(tx, user, origin, since);
    const started = await this.sessions.start(tx, user, origin, method);
    const sessionsUrl = this.notices.page(paths.sessions);
    if (!isFamiliar)
      await this.notices.tell(tx, actorOf(user, origin), user, `login ${started.session.id}`, (about, from) =>
        newLoginLetter(about, from, sessionsUrl),
      );
    return started;
  }
}
