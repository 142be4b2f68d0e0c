import { setTimeout as sleep } from 'node:timers/promises';
import { type SmtpSettings } from './smtp-settings.js';
import { type MailTransport, MailRefused, type Message, type Sender } from './transport.js';

/** Silence that is borne at each step of the conversation. */
const STEP_MS = 10_000;
/**
 * For all of it: less than the database lets the row's lock be held idle (`platform/database`). A relay so slow may take the
 * mail after all, and the next try brings it again: under the same Message-ID.
 */
const WHOLE_MS = 45_000;
const LATE = 'it took longer than 45 seconds';

/**
 * Any relay by SMTP. A connection of its own for each mail: they are few, and a connection that was kept open is the one
 * that breaks.
 */
export class SmtpTransport implements MailTransport {
  constructor(
    private readonly relay: SmtpSettings,
    private readonly sender: Sender,
    /** The right part of Message-IDs. */
    private readonly domain: string,
  ) {}

  async deliver(message: Message): Promise<void> {
    // Loaded with the first mail: without a relay nobody needs it.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport(this.options());
    const late = new AbortController();
    try {
      const { name, address } = this.sender;
      const sending = transport.sendMail({
        ...{
          from: { name, address },
          to: { name: '', address: message.to },
          messageId: `<${message.id}@${this.domain}>`,
        },
        ...{ subject: message.subject, text: message.text, html: message.html },
        // Nobody's holiday notice shall answer.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        // A mail's parts are what we rendered, never a file or an address that somebody's text names.
        ...{ disableFileAccess: true, disableUrlAccess: true },
      });
      const tooLate = sleep(WHOLE_MS, undefined, { signal: late.signal }).then(() => Promise.reject(new Error(LATE)));
      tooLate.catch(() => undefined);
      await Promise.race([sending, tooLate]);
    } catch (error) {
      throw inOurWords(error as SmtpError);
    } finally {
      late.abort();
      transport.close();
    }
  }

  private options() {
    const { host, port, implicitTls, startTls, user, password } = this.relay;
    return {
      ...{ host, port, secure: implicitTls, requireTLS: startTls === 'required', ignoreTLS: startTls === 'none' },
      ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
      ...{ connectionTimeout: STEP_MS, greetingTimeout: STEP_MS, socketTimeout: STEP_MS, dnsTimeout: STEP_MS },
      // On the loopback nobody stands between, and certificates for it are made by hand.
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: implicitTls || startTls === 'required' } as const,
    };
  }
}

/** What nodemailer tells with an error. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  /** The command that was refused. */
  readonly command?: string;
}

/**
 * What goes into rows and logs. The relay's own words are kept only where it had not seen the mail yet: afterwards they might
 * quote it, and those about a login might name the account.
 */
function inOurWords(error: SmtpError): Error {
  const { responseCode, response = '', command = '' } = error;
  if (responseCode === undefined) return new Error(`the mail relay could not be used: ${ownWords(error)}`);
  const [step, words] =
    command === 'RCPT TO'
      ? ['the recipient', plain(response)]
      : [STEPS[command] ?? (command.startsWith('AUTH') ? 'the login' : 'the conversation'), String(responseCode)];
  const problem = `the mail relay refused ${step}: ${words}`;
  // A refused login or sender is a matter of settings that somebody will mend; the mail can wait for it.
  const forGood = responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
  return forGood ? new MailRefused(problem) : new Error(problem);
}

/** Of connections and certificates the socket's words say most, and they know nothing of the mail. */
const ownWords = ({ code = '', message }: SmtpError): string =>
  message === LATE || /^E(CONNECTION|SOCKET|TLS|DNS|TIMEDOUT)$/.test(code) ? plain(message) : code;

const plain = (text: string): string => text.replace(/[\s\p{C}]+/gu, ' ').slice(0, 200);

const STEPS: Readonly<Record<string, string>> = {
  STARTTLS: 'STARTTLS',
  'MAIL FROM': 'the sender',
  DATA: 'the message',
};
