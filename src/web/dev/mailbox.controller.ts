import { Get, Inject, Param, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../../platform/config.js';
import { notFound } from '../../platform/errors.js';
import { type KeptMail, LocalMailbox } from '../../platform/mail/local-mailbox.js';
import { isLoopback } from '../../platform/mail/smtp-settings.js';
import { MAIL_TRANSPORT, type MailTransport } from '../../platform/mail/transport.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { mailboxPage, mailPage } from './mailbox.page.js';

const SHOWN = 100;

/** For a mail's own markup: inline styles, as mails need them, and nothing else; in no frame but ours, as no origin at all. */
const MAIL_POLICY = [
  ...["default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'"],
  ...["frame-ancestors 'self'", 'sandbox'],
].join('; ');

/**
 * The local mailbox, where mails go while no relay is set. It exists for whoever tries Propolis on their own machine, and
 * whoever reads it can take over every account by its reset mail. So it is shown only
 *
 * - while it is where mails go, and not in production;
 * - to requests from this machine, whatever the service is bound to: a test server on 0.0.0.0 must not show it to the office;
 * - that no proxy has passed on (it would make everybody local), trusted or not;
 * - and that were meant for this host: a page elsewhere that lets its own name point to 127.0.0.1 gets nothing.
 *
 * For everybody else these addresses do not exist.
 */
@Pages('dev/mailbox')
export class MailboxController {
  constructor(
    @Inject(MAIL_TRANSPORT) private readonly transport: MailTransport,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  async list(@Visiting() visitor: Visitor, @Req() request: FastifyRequest): Promise<Answer> {
    return html(mailboxPage(visitor, await this.openTo(request).list(SHOWN)));
  }

  @Get(':id')
  async show(@Visiting() visitor: Visitor, @Req() request: FastifyRequest, @Param('id') id: string): Promise<Answer> {
    return html(mailPage(visitor, await this.find(request, id)));
  }

  @Get(':id/html')
  async markup(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<Answer> {
    const mail = await this.find(request, id);
    void reply.header('content-security-policy', MAIL_POLICY);
    return html(mail.html);
  }

  private async find(request: FastifyRequest, id: string): Promise<KeptMail> {
    const mail = await this.openTo(request).find(id);
    if (mail === null) throw notFound('mail');
    return mail;
  }

  private openTo(request: FastifyRequest): LocalMailbox {
    const { transport, config } = this;
    const isPassedOn = ['forwarded', 'x-forwarded-for', 'x-real-ip'].some(
      (name) => request.headers[name] !== undefined,
    );
    const isHere = isLoopback((request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
    const isMeant = isLoopback(request.hostname) || request.hostname === new URL(config.publicUrl).hostname;
    if (!(transport instanceof LocalMailbox) || config.production || isPassedOn || !isHere || !isMeant)
      throw notFound('page');
    return transport;
  }
}
