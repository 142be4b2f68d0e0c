import { Injectable } from '@nestjs/common';
import { type Actor, nameOf } from '../../audit/actor.js';
import { type Tx } from '../../platform/database.js';
import { Events } from '../../platform/events.js';
import { paths } from '../../platform/paths.js';
import { keyCreatedLetter } from './accounts.emails.js';
import { OrganizationKeyCreated } from '../accounts.events.js';
import { type Key } from '../key.entity.js';
import { Notices } from './notices.js';
import { toScope } from '../permissions.js';
import { User } from '../user.entity.js';

/** Who must hear of a new key: its user by mail, or whoever answers for its organization, by event. */
@Injectable()
export class KeyNotices {
  constructor(
    private readonly notices: Notices,
    private readonly events: Events,
  ) {}

  async created(tx: Tx, actor: Actor, key: Key): Promise<void> {
    const { id: keyId, organizationId, userId, name } = key;
    if (organizationId !== null)
      return this.events.emit(tx, OrganizationKeyCreated, { keyId, organizationId, name, actorName: nameOf(actor) });
    const user = await tx.findOneByOrFail(User, { id: userId! });
    const facts = { name, permissions: key.permissions.map(toScope), expiresAt: key.expiresAt };
    await this.notices.tell(tx, actor, user, `key ${keyId} created`, (about, from) =>
      keyCreatedLetter(about, from, facts, this.notices.page(paths.keys)),
    );
  }
}
