import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { Clock } from '../clock.js';
import { type Tx } from '../database.js';
import { Jobs } from '../jobs.js';
import { Secrets } from '../secrets.js';
import { Mail } from './mail.entity.js';
import { type Rendered } from './render.js';
import { MAIL_TRANSPORT, MailRefused, type MailTransport } from './transport.js';

export const SEND_MAIL = 'mail.send';
/** The content of a mail is sealed for this purpose and for its message id. */
export const sealingPurpose = 'mail';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than a relay is away over a weekend night, and shorter than the jobs' own patience. */
const GIVE_UP_MS = 2 * DAY_MS;
const KEPT_MS = 30 * DAY_MS;
const SWEEP_EVERY_MS = 60 * 60 * 1000;

/**
 * What happens to a mail in the outbox.
 *
 *   waiting → sent     the transport has taken it
 *   waiting → failed   the relay refused it for good, or could not be won over in two days
 *
 * Either way its content goes at once, its row after thirty days. The row is locked while it is being sent: a second worker
 * waits and then finds it settled. One crash cannot be covered, that between the relay's yes and our note of it: the mail
 * then goes out again, with the same Message-ID, by which mailboxes and relays tell that it is the same.
 */
@Injectable()
export class MailDelivery implements OnModuleInit {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    @Inject(MAIL_TRANSPORT) private readonly transport: MailTransport,
  ) {}

  onModuleInit(): void {
    this.jobs.define(SEND_MAIL, ({ id }: { id: string }) => this.deliver(id));
    this.jobs.every('mail.sweep', SWEEP_EVERY_MS, () => this.sweep());
  }

  /** The job; asked twice it sends once. */
  // The network inside a transaction, on purpose: only a job waits for it, the transport gives up in time, and a lock that
  // ends with its process needs nobody to clear it away.
  async deliver(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const mail = await tx.findOne(Mail, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (mail === null || mail.state !== 'waiting') return;
      const letter = this.openContent(mail);
      if (letter === undefined)
        return this.settle(tx, mail, 'failed', 'it can no longer be opened: SECRET_KEY changed');
      try {
        await this.transport.deliver({ id: mail.messageId, to: mail.address, ...letter });
      } catch (error) {
        return this.bear(tx, mail, error as Error);
      }
      await this.settle(tx, mail, 'sent');
    });
  }

  private openContent({ messageId, content }: Mail): Rendered | undefined {
    try {
      return JSON.parse(this.secrets.open(sealingPurpose, messageId, content!)) as Rendered;
    } catch {
      return undefined;
    }
  }

  /** Settles what cannot be mended; everything else is thrown on, and the job tried again. */
  private async bear(tx: Tx, mail: Mail, error: Error): Promise<void> {
    const age = this.clock.now().getTime() - mail.createdAt.getTime();
    if (!(error instanceof MailRefused) && age < GIVE_UP_MS) throw error;
    await this.settle(tx, mail, 'failed', error.message);
  }

  private async settle(tx: Tx, { id }: Mail, state: 'sent' | 'failed', problem: string | null = null): Promise<void> {
    await tx.update(Mail, { id }, { state, problem, content: null, settledAt: this.clock.now() });
  }

  private async sweep(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    await this.database.manager.delete(Mail, { createdAt: LessThan(before) });
  }
}
