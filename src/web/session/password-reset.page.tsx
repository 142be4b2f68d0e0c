import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Checkbox, Field, Form, Hidden, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { PASSWORD_HINT } from './sign-up.page.js';

export function forgotPage(visitor: Visitor, form: FormState): string {
  return sitePage(visitor, {
    ...{ title: 'Forgotten password', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Forgotten password</h1>
          <p class="lead">We send a link to the primary address of the account; with it you set a new password.</p>
        </div>
        <Card>
          <Form action={paths.forgotPassword} form={form}>
            <Field
              {...{ form, name: 'login', label: 'User name or e-mail address', required: true, maxLength: 254 }}
              {...{ autocomplete: 'username', autofocus: true }}
            />
            <Submit>Send me a link</Submit>
          </Form>
        </Card>
        <p class="below-card">
          <a href={paths.login()}>Back to the login</a>
        </p>
      </div>
    ),
  });
}

export interface ResetProps {
  readonly name: string;
  readonly token: string;
  readonly form: FormState;
}

export function resetPage(visitor: Visitor, { name, token, form }: ResetProps): string {
  const keysHint =
    'Right if somebody else may have been in your account. Machines that use your keys will need new ones.';
  return sitePage(visitor, {
    ...{ title: 'Set a new password', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Set a new password</h1>
          <p class="lead">
            For the account <strong>{name}</strong>. All its sessions end with this.
          </p>
        </div>
        <Card>
          <Form action={paths.resetPassword()} form={form}>
            <Hidden name="token" value={token} />
            <input type="hidden" autocomplete="username" value={name} />
            <Field
              {...{ form, name: 'password', label: 'New password', type: 'password', required: true, maxLength: 512 }}
              {...{ autocomplete: 'new-password', hint: PASSWORD_HINT, minLength: 8, autofocus: true }}
            />
            <Checkbox form={form} name="revoke_keys" label="Revoke my API keys too" hint={keysHint} checked />
            <Submit>Set new password</Submit>
          </Form>
        </Card>
      </div>
    ),
  });
}
