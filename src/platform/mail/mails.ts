import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.js';
import { type Tx } from '../database.js';
import { invalidFields } from '../errors.js';
import { Jobs } from '../jobs.js';
import { Secrets } from '../secrets.js';
import { isMailAddress } from './address.js';
import { type Letter } from './letter.js';
import { SEND_MAIL, sealingPurpose } from './mail-delivery.js';
import { renderLetter } from './render.js';

export interface OutgoingMail {
  /** One address. */
  readonly to: string;
  /** What it is sent for, e.g. `invitation 12 at 2026-11-22T…`: for one cause an address gets one mail, however often it is asked for. */
  readonly cause: string;
  readonly letter: Letter;
}

/** A relay that does not answer holds so many workers up and no more; the others go on building indexes. */
const AT_A_TIME = 2;

/** The outbox. What happens to a mail in it is told in `mail-delivery`. */
@Injectable()
export class Mails {
  constructor(
    private readonly jobs: Jobs,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts a mail into the outbox in the transaction that causes it: it is sent if and only if that commits. A cause is
   * remembered for thirty days. Refuses what is not one address (`invalid`, field `email`).
   */
  async send(tx: Tx, { to, cause, letter }: OutgoingMail): Promise<void> {
    if (!isMailAddress(to)) throw invalidFields({ email: 'is not an e-mail address' });
    const messageId = randomUUID();
    const content = this.secrets.seal(sealingPurpose, messageId, JSON.stringify(renderLetter(letter)));
    const [added] = await tx.query<{ id: string }[]>(
      `insert into mails (cause, address, message_id, state, content, created_at) values ($1, $2, $3, 'waiting', $4, $5)
       on conflict (cause, lower(address)) do nothing returning id`,
      [cause, to, messageId, content, this.clock.now()],
    );
    if (added === undefined) return;
    const queue = `${SEND_MAIL} ${Number(added.id) % AT_A_TIME}`;
    await this.jobs.enqueue(tx, SEND_MAIL, { id: added.id }, { queue });
  }
}
