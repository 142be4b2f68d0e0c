import { Body, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { EmailAddresses } from '../../accounts/email-addresses.js';
import { type Email } from '../../accounts/email.entity.js';
import { Users } from '../../accounts/users.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { profilePage } from './profile.page.js';

const ProfileForm = z.object({
  full_name: z.string().max(1000).default(''),
  website: z.string().max(1000).default(''),
  /** Id of an address, or empty for none. */
  public_email: z.string().max(20).default(''),
});

@Pages('account')
export class ProfileController {
  constructor(
    private readonly users: Users,
    private readonly addresses: EmailAddresses,
  ) {}

  @Get()
  show(@Visiting() visitor: Visitor): Promise<Answer> {
    return this.page(visitor, emptyForm);
  }

  @Post()
  async save(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { actor, user } = signedIn(visitor);
    return submit(
      ProfileForm,
      body,
      async ({ full_name: fullName, website, public_email }) => {
        await this.users.updateProfile(actor, user, { fullName, website });
        const shown = (await this.users.emails(user.id)).find(({ isPublic }) => isPublic)?.id ?? '';
        if (shown !== public_email) await this.addresses.show(actor, user, public_email === '' ? null : public_email);
        return seeOther(paths.profile, 'Your profile has been saved.');
      },
      (form) => this.page(visitor, form),
    );
  }

  private async page(visitor: Visitor, form: FormState) {
    const { user } = signedIn(visitor);
    const emails: readonly Email[] = await this.users.emails(user.id);
    return html(profilePage(visitor, { user, emails, form }));
  }
}
