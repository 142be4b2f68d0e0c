import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Field, Form, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';
import { PASSWORD_HINT } from '../session/sign-up.page.js';

export function passwordPage(visitor: Visitor, form: FormState): string {
  const common = { form, type: 'password', required: true, maxLength: 512 } as const;
  return accountPage(visitor, {
    ...{ title: 'Password', section: paths.password },
    lead: 'A new password ends your other sessions, and machines that were logged in through the browser. API keys stay.',
    children: (
      <Card>
        <Form action={paths.password} form={form}>
          <input type="hidden" autocomplete="username" value={visitor.user?.name} />
          <Field
            {...{ ...common, name: 'current_password', label: 'Current password' }}
            autocomplete="current-password"
          />
          <Field
            {...{ ...common, name: 'password', label: 'New password', minLength: 8 }}
            {...{ autocomplete: 'new-password', hint: PASSWORD_HINT }}
          />
          <Submit>Change password</Submit>
          <p class="small">
            <a href={paths.forgotPassword}>Forgot your password?</a>
          </p>
        </Form>
      </Card>
    ),
  });
}
