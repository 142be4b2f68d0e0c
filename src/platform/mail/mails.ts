import { Injectable } from '@nestjs/common';
import { type Tx } from '../database.js';
import { type Letter } from './letter.js';

export interface OutgoingMail {
  /** One address. */
  readonly to: string;
  /** What it is sent for, e.g. `invitation 12 at 2026-11-22T…`: for one cause an address gets one mail, however often it is asked for. */
  readonly cause: string;
  readonly letter: Letter;
}

/** The outbox. */
@Injectable()
export class Mails {
  /** Puts a mail into the outbox in the transaction that causes it: it is sent if and only if that commits. */
  async send(_tx: Tx, _mail: OutgoingMail): Promise<void> {
    throw new Error('being built');
  }
}
