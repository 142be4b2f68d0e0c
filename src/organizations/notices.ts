import { Injectable } from '@nestjs/common';
import { type Actor, nameOf } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { type Letter } from '../platform/mail/letter.js';
import { Mails } from '../platform/mail/mails.js';
import { paths } from '../platform/paths.js';
import { Urls } from '../platform/urls.js';
import { type Organization } from './organization.entity.js';
import { addressesOf, addressOf } from './organizations.queries.js';

/** Who an organization's news goes to. Joins the transaction of the change: a mail goes out if and only if that commits. */
@Injectable()
export class Notices {
  constructor(
    private readonly mails: Mails,
    private readonly urls: Urls,
    private readonly clock: Clock,
  ) {}

  /** To the admins there are now, but not to the one who did it (null: to them too), nor to `except`. */
  async toAdmins(
    tx: Tx,
    actor: Actor | null,
    organization: Organization,
    cause: string,
    letter: Letter,
    except?: string,
  ): Promise<void> {
    const admins = await addressesOf(tx, organization.id, 'admins');
    await this.toAll(
      tx,
      actor,
      admins.filter(({ userId }) => userId !== except),
      cause,
      letter,
    );
  }

  async toMembers(tx: Tx, actor: Actor, organization: Organization, cause: string, letter: Letter): Promise<void> {
    await this.toAll(tx, actor, await addressesOf(tx, organization.id, 'members'), cause, letter);
  }

  /** To one person, unless they did it themselves or have no proved address. */
  async toPerson(tx: Tx, actor: Actor, userId: string, cause: string, letter: Letter): Promise<void> {
    const address = await addressOf(tx, userId);
    await this.toAll(tx, actor, address === null ? [] : [{ userId, address }], cause, letter);
  }

  /** What happened just now, as the cause of a mail: the same thing may happen again and is then told again. */
  now(what: string): string {
    return `${what} at ${this.clock.now().toISOString()}`;
  }

  /** What is told once a day at most. */
  today(what: string): string {
    return `${what} on ${this.clock.now().toISOString().slice(0, 10)}`;
  }

  /** The fields every letter has. */
  about({ name }: Organization, page: (name: string) => string = paths.organization) {
    return { organization: name, url: this.urls.page(page(name)) };
  }

  private async toAll(
    tx: Tx,
    actor: Actor | null,
    readers: readonly { userId: string; address: string }[],
    cause: string,
    letter: Letter,
  ): Promise<void> {
    // The service itself, which sets up the demo, tells nobody.
    if (actor?.kind === 'system') return;
    const others = readers.filter(({ userId }) => actor?.kind !== 'user' || actor.userId !== userId);
    for (const { address: to } of others) await this.mails.send(tx, { to, cause, letter });
  }
}

/** The one who did it, as mails name them. */
export const by = (actor: Actor): string => (actor.kind === 'operator' ? 'The operator of this server' : nameOf(actor));
