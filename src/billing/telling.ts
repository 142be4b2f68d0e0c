import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { isMailAddress } from '../platform/mail/address.js';
import { type Letter } from '../platform/mail/letter.js';
import { Mails } from '../platform/mail/mails.js';
import { note, type Reader, readersOf } from './notices.queries.js';

/** Something about an organization's money that is to be told. */
export interface News {
  /** For one cause an organization is told once, for ever: `receipt in_1`, `trial 7 2026-11-30T…`. */
  readonly cause: string;
  /** Null: nobody needs to hear of it, now or later. */
  readonly letter: Letter | null;
  /** Default: everybody who has to do with the money. */
  readonly to?: 'admins';
}

export interface NewsOf extends News {
  readonly organizationId: string;
}

/**
 * Tells each piece of news once. That is decided by a row in `billing_notices`, in the caller's transaction, since the outbox
 * forgets a cause after a month and the same state of Stripe is read for years.
 */
@Injectable()
export class Telling {
  constructor(
    private readonly mails: Mails,
    private readonly clock: Clock,
  ) {}

  async tell(tx: Tx, news: readonly NewsOf[]): Promise<void> {
    if (news.length === 0) return;
    const now = this.clock.now();
    const isNew = new Set((await note(tx, news, now)).map(keyOf));
    const toSend = news.filter((one) => isNew.has(keyOf(one)));
    if (toSend.length === 0) return;
    const readers = await readersOf(tx, [...new Set(toSend.map(({ organizationId }) => organizationId))]);
    for (const one of toSend) await this.send(tx, one, readers, now);
  }

  /** An address that no mail can go to, as somebody may have typed it in Stripe's dashboard, must not keep a reading from being written. */
  private async send(tx: Tx, one: NewsOf, readers: readonly Reader[], now: Date): Promise<void> {
    if (one.letter === null) return;
    const theirs = readers.filter(({ organizationId }) => organizationId === one.organizationId);
    const cause = `billing of ${one.organizationId}: ${one.cause} at ${now.toISOString()}`;
    for (const { address: to, isAdmin } of theirs)
      if (isMailAddress(to) && (one.to === undefined || isAdmin))
        await this.mails.send(tx, { to, cause, letter: one.letter });
  }
}

const keyOf = ({ organizationId, cause }: { organizationId: string; cause: string }): string =>
  `${organizationId} ${cause}`;
