import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Field, Form, Hidden, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';

export const PASSWORD_HINT = 'At least 8 characters. Several words in a row are easy to remember and hard to guess.';
export const NAME_HINT =
  '3 to 64 letters, digits, “_”, “-” or “.”. Others see it beside what you publish; it cannot be changed.';

export function signUpPage(visitor: Visitor, form: FormState): string {
  return sitePage(visitor, {
    ...{ title: 'Sign up', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Sign up</h1>
          <p class="lead">First your e-mail address; you choose a name and a password when you have opened our mail.</p>
        </div>
        <Card>
          <Form action={paths.signup} form={form}>
            <Field
              {...{ form, name: 'email', label: 'E-mail address', type: 'email', required: true, maxLength: 254 }}
              {...{ autocomplete: 'email', autofocus: true }}
            />
            <Submit>Send me a link</Submit>
          </Form>
        </Card>
        <p class="below-card">
          Already have an account? <a href={paths.login()}>Log in</a>
        </p>
      </div>
    ),
  });
}

export function signUpClosedPage(visitor: Visitor): string {
  return sitePage(visitor, {
    ...{ title: 'By invitation', narrow: true },
    children: (
      <div class="stack">
        <h1>By invitation</h1>
        <Card>
          <p>Accounts are made by invitation here. Ask an admin of your organization for one; the mail leads you on.</p>
          <p>
            <a class="button" href={paths.login()}>
              Log in
            </a>
          </p>
        </Card>
      </div>
    ),
  });
}

export interface ChooseProps {
  readonly address: string;
  readonly token: string;
  readonly form: FormState;
}

export function choosePage(visitor: Visitor, { address, token, form }: ChooseProps): string {
  return sitePage(visitor, {
    ...{ title: 'Finish signing up', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Finish signing up</h1>
          <p class="lead">
            Your address <strong>{address}</strong> is confirmed with this.
          </p>
        </div>
        <Card>
          <Form action={paths.completeSignup()} form={form}>
            <Hidden name="token" value={token} />
            {form.problems['email'] && <p class="problem">This address belongs to an account already.</p>}
            <ChoiceFields form={form} />
            <Submit>Create account</Submit>
          </Form>
        </Card>
      </div>
    ),
  });
}

/** What a new account is asked for; also where an invitation makes one. */
export function ChoiceFields({ form }: { form: FormState }) {
  return (
    <>
      <Field
        {...{ form, name: 'username', label: 'User name', required: true, maxLength: 64, mono: true }}
        {...{ autocomplete: 'username', hint: NAME_HINT, autofocus: true }}
      />
      <Field {...{ form, name: 'full_name', label: 'Full name (optional)', maxLength: 100, autocomplete: 'name' }} />
      <Field
        {...{ form, name: 'password', label: 'Password', type: 'password', required: true, maxLength: 512 }}
        {...{ autocomplete: 'new-password', hint: PASSWORD_HINT, minLength: 8 }}
      />
    </>
  );
}
