import { type Rendered } from './render.js';

/** A mail as it leaves the house. */
export interface Message extends Rendered {
  /** Unique and the same at every try. */
  readonly id: string;
  readonly to: string;
}

/** Who all mails are from. */
export interface Sender {
  readonly name: string;
  readonly address: string;
  /** Both as one header writes them. */
  readonly written: string;
}

/**
 * The way out, a port. `deliver` returns when somebody else has taken the message over. It throws {@link MailRefused} when
 * trying again is of no use, and any other error when it may be; neither's message quotes what the mail says.
 */
export interface MailTransport {
  deliver(message: Message): Promise<void>;
}

/** Injection token of the {@link MailTransport}. */
export const MAIL_TRANSPORT = Symbol('mail transport');

/** The relay has said no for good to this recipient or message. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}
