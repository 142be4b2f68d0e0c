import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { type Tx } from '../platform/database.js';
import { Grants } from './grants.js';
import { type Session } from './session.entity.js';
import { Sessions } from './sessions.js';
import { type User } from './user.entity.js';

/** Logging out everywhere: browsers, and the machines that were let in through them. Keys are another matter. */
@Injectable()
export class SignOuts {
  constructor(
    private readonly database: DataSource,
    private readonly sessions: Sessions,
    private readonly grants: Grants,
  ) {}

  /** All but the browser in use. Returns how many there were. */
  elsewhere(actor: Actor, user: User, session: Session): Promise<number> {
    return this.database.transaction((tx) => this.everywhere(tx, actor, user, session));
  }

  /** All, or all but the browser in use; in the caller's transaction. Returns how many there were. */
  async everywhere(tx: Tx, actor: Actor, user: Pick<User, 'id' | 'name'>, except?: Session): Promise<number> {
    const sessions = await this.sessions.revokeAll(tx, actor, user, except);
    return sessions + (await this.grants.revokeAll(tx, actor, user));
  }
}
