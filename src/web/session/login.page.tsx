import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Field, Form, Hidden, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { PASSKEY_SCRIPTS, PasskeyForm } from './passkey-form.js';

export interface Offers {
  readonly passkeys: boolean;
  readonly signUp: boolean;
}

export function loginPage(visitor: Visitor, back: string, form: FormState, { passkeys, signUp }: Offers): string {
  return sitePage(visitor, {
    ...{ title: 'Log in', narrow: true, scripts: passkeys ? PASSKEY_SCRIPTS : undefined },
    children: (
      <div class="stack">
        <h1>Log in</h1>
        <Card>
          <Form action={paths.login()} form={form}>
            <Hidden name="return" value={back} />
            <Field
              {...{ form, name: 'login', label: 'User name or e-mail address', required: true, maxLength: 254 }}
              autocomplete={passkeys ? 'username webauthn' : 'username'}
              autofocus
            />
            <Field
              {...{ form, name: 'password', label: 'Password', type: 'password', required: true, maxLength: 512 }}
              autocomplete="current-password"
            />
            <Submit>Log in</Submit>
            <p class="small">
              <a href={paths.forgotPassword}>Forgot your password?</a>
            </p>
          </Form>
          {passkeys && (
            <PasskeyForm
              {...{ action: paths.passkeyLogin, options: paths.passkeyOptions('login'), act: 'get', autofill: true }}
              {...{ fields: { return: back }, label: 'Log in with a passkey', tone: 'plain' }}
            >
              <p class="or">or</p>
            </PasskeyForm>
          )}
        </Card>
        {signUp && (
          <p class="below-card">
            No account yet? <a href={paths.signup}>Sign up</a>
          </p>
        )}
      </div>
    ),
  });
}
