import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Sender, type Message, type MailTransport } from './transport.js';

/** A mail that lies in the mailbox. */
export interface KeptMail extends Message {
  readonly from: string;
  /** ISO 8601. */
  readonly sentAt: string;
}

const KEPT = 500;
/** `TIME-ID.json`: names sort by time, and the id is that of the message. */
const NAME = /^(\d{15})-([0-9a-f-]{36})\.json$/;

/**
 * Where mails go while no relay is set: files under DATA_DIR/mailbox, one a mail, for this user's eyes only, since they hold
 * secret links. The site shows them at /dev/mailbox. The newest 500 are kept.
 */
export class LocalMailbox implements MailTransport {
  private last = 0;

  constructor(
    private readonly directory: string,
    private readonly sender: Sender,
  ) {}

  async deliver(message: Message): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await chmod(this.directory, 0o700);
    const names = await this.names();
    // Sent again after a crash: the same mail, in the same place.
    const name = names.find((one) => idOf(one) === message.id) ?? `${this.nextTime()}-${message.id}.json`;
    const kept: KeptMail = { ...message, from: this.sender.written, sentAt: new Date().toISOString() };
    const draft = join(this.directory, `.${message.id}.draft`);
    await writeFile(draft, JSON.stringify(kept, undefined, 2), { mode: 0o600 });
    await rename(draft, join(this.directory, name));
    for (const old of names.slice(KEPT - 1)) await rm(join(this.directory, old), { force: true });
  }

  /** The newest first. */
  async list(atMost = KEPT): Promise<KeptMail[]> {
    const mails = await Promise.all((await this.names()).slice(0, atMost).map((name) => this.read(name)));
    return mails.filter((mail) => mail !== null);
  }

  async find(id: string): Promise<KeptMail | null> {
    const name = (await this.names()).find((one) => idOf(one) === id);
    return name === undefined ? null : this.read(name);
  }

  private async names(): Promise<string[]> {
    const all = await readdir(this.directory).catch(ignoreMissing);
    return (all ?? []).filter((name) => NAME.test(name)).toSorted((a, b) => (a < b ? 1 : -1));
  }

  /** Null when it has just made room for a newer one. */
  private async read(name: string): Promise<KeptMail | null> {
    const text = await readFile(join(this.directory, name), 'utf8').catch(ignoreMissing);
    return text === undefined ? null : (JSON.parse(text) as KeptMail);
  }

  /** Milliseconds, but never the same twice, so that the order is the order of sending. */
  private nextTime(): string {
    this.last = Math.max(this.last + 1, Date.now());
    return String(this.last).padStart(15, '0');
  }
}

const idOf = (name: string): string | undefined => NAME.exec(name)?.[2];

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
