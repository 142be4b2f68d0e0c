import { type Email } from '../../accounts/email.entity.js';
import { type User } from '../../accounts/user.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Checkbox, Field, Form, PostButton, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';

export interface EmailsProps {
  readonly user: User;
  readonly emails: readonly Email[];
  readonly form: FormState;
}

export function emailsPage(visitor: Visitor, { user, emails, form }: EmailsProps): string {
  const isAboutNew = form.problems['email'] !== undefined || form.values['email'] !== undefined;
  return accountPage(visitor, {
    ...{ title: 'E-mail addresses', section: paths.emails },
    lead: 'You can log in with any confirmed address. Mails go to the primary one.',
    children: (
      <>
        {!isAboutNew && form.message && (
          <div class="notice notice-bad" role="alert">
            {form.message}
          </div>
        )}
        <Card title="Your addresses" flush>
          <ul class="list">
            {emails.map((email) => (
              <Address key={email.id} email={email} />
            ))}
          </ul>
        </Card>
        <Card title="Add an address">
          <Form action={paths.emails} form={isAboutNew ? form : undefined}>
            <Field
              {...{ form, name: 'email', label: 'E-mail address', type: 'email', required: true, maxLength: 254 }}
              {...{
                autocomplete: 'email',
                hint: 'We send a mail to it; the address counts once you have opened its link.',
              }}
            />
            <Submit>Add address</Submit>
          </Form>
        </Card>
        <Card title="Mails you get">
          <Form action={`${paths.emails}/options`}>
            <Checkbox
              {...{ name: 'releases', label: 'New releases', checked: user.mailReleases }}
              hint="When somebody else publishes to a package you answer for. Mails about your security cannot be turned off."
            />
            <Submit tone="plain">Save</Submit>
          </Form>
        </Card>
      </>
    ),
  });
}

function Address({ email: { id, address, isPrimary, isPublic, verifiedAt } }: { email: Email }) {
  const to = (act: string) => `${paths.emails}/${id}/${act}`;
  return (
    <li>
      <div class="list-main">
        <p>{address}</p>
        <div class="row">
          {isPrimary && <Badge tone="accent">primary</Badge>}
          {verifiedAt === null ? <Badge tone="warn">not confirmed</Badge> : <Badge tone="good">confirmed</Badge>}
          {isPublic && <Badge>public</Badge>}
        </div>
      </div>
      <div class="row">
        {verifiedAt === null && (
          <PostButton action={to('resend')} tone="plain" small label={`Send again: the mail to ${address}`}>
            Send again
          </PostButton>
        )}
        {verifiedAt !== null && !isPrimary && (
          <PostButton action={to('primary')} tone="plain" small label={`Make primary: ${address}`}>
            Make primary
          </PostButton>
        )}
        {!isPrimary && (
          <PostButton action={to('remove')} tone="plain" small label={`Remove ${address}`}>
            Remove
          </PostButton>
        )}
      </div>
    </li>
  );
}
