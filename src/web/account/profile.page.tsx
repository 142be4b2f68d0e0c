import { type Email } from '../../accounts/email.entity.js';
import { type User } from '../../accounts/user.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { Field, Form, Select, Submit } from '../components/form.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';

export interface ProfileProps {
  readonly user: User;
  readonly emails: readonly Email[];
  readonly form: FormState;
}

export function profilePage(visitor: Visitor, { user, emails, form }: ProfileProps): string {
  const verified = emails.filter(({ verifiedAt }) => verifiedAt !== null);
  const options = [{ value: '', label: 'None' }, ...verified.map(({ id, address }) => ({ value: id, label: address }))];
  return accountPage(visitor, {
    ...{ title: 'Profile', section: paths.profile },
    lead: 'What people who share an organization with you see of you.',
    children: (
      <>
        <Card>
          <Facts
            rows={[
              ['User name', <strong>{user.name}</strong>],
              ['Member since', <When at={user.createdAt} date />],
            ]}
          />
        </Card>
        <Card title="About you">
          <Form action={paths.profile} form={form}>
            <Field
              {...{ form, name: 'full_name', label: 'Full name', value: user.fullName ?? '', maxLength: 100 }}
              autocomplete="name"
            />
            <Field
              {...{ form, name: 'website', label: 'Website', type: 'url', value: user.website ?? '', maxLength: 200 }}
              {...{ autocomplete: 'url', placeholder: 'https://' }}
            />
            <Select
              {...{ form, name: 'public_email', label: 'Public e-mail address', options }}
              {...{ value: emails.find(({ isPublic }) => isPublic)?.id ?? '' }}
              hint="Only confirmed addresses can be shown."
            />
            <Submit>Save</Submit>
          </Form>
        </Card>
      </>
    ),
  });
}
