import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { EmailAddresses } from '../../accounts/email-addresses.js';
import { MailSettings } from '../../accounts/mail-settings.js';
import { Users } from '../../accounts/users.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { filledLine } from '../session/credential.js';
import { emailsPage } from './emails.page.js';

const NewAddress = z.object({ email: filledLine(254) });
const NoFields = z.object({});
const Options = z.object({ releases: z.literal('yes').optional() });

@Pages('account/emails')
export class EmailsController {
  constructor(
    private readonly users: Users,
    private readonly addresses: EmailAddresses,
    private readonly mailSettings: MailSettings,
  ) {}

  @Get()
  show(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.page(visitor, emptyForm);
  }

  @Post()
  async add(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = sudo(visitor);
    return submit(
      NewAddress,
      body,
      async ({ email }) => {
        await this.addresses.add(actor, user, email);
        return seeOther(
          paths.emails,
          `We have sent a mail to ${email.trim()}. Open the link in it to confirm the address.`,
        );
      },
      (form) => this.page(visitor, form),
    );
  }

  @Post('options')
  async options(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = signedIn(visitor, paths.emails);
    return submit(
      Options,
      body,
      async ({ releases }) => {
        await this.mailSettings.setReleases(actor, user, releases === 'yes');
        return seeOther(paths.emails, 'Saved.');
      },
      () => this.page(visitor, emptyForm),
    );
  }

  @Post(':id/resend')
  async resend(@Visiting() visitor: Visitor, @Param('id') id: string, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = signedIn(visitor, paths.emails);
    return this.act(visitor, body, async () => {
      await this.addresses.resend(actor, user, id);
      return 'We have sent the mail once more. Only the link in the newest one works.';
    });
  }

  @Post(':id/primary')
  async makePrimary(@Visiting() visitor: Visitor, @Param('id') id: string, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = sudo(visitor, paths.emails);
    return this.act(visitor, body, async () => {
      await this.addresses.makePrimary(actor, user, id);
      return 'Mails go to this address from now on.';
    });
  }

  @Post(':id/remove')
  async remove(@Visiting() visitor: Visitor, @Param('id') id: string, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = sudo(visitor, paths.emails);
    return this.act(visitor, body, async () => {
      await this.addresses.remove(actor, user, id);
      return 'The address has been removed.';
    });
  }

  private act(visitor: Visitor, body: unknown, act: () => Promise<string>): Promise<Answer> {
    return submit(
      NoFields,
      body,
      async () => seeOther(paths.emails, await act()),
      (form) => this.page(visitor, form),
    );
  }

  private async page(visitor: Visitor, form: FormState) {
    const { user } = signedIn(visitor);
    return html(emailsPage(visitor, { user, emails: await this.users.emails(user.id), form }));
  }
}
