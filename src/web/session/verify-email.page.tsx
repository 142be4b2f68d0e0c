import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Form, Hidden, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';

export interface VerifyEmailProps {
  readonly address: string;
  readonly name: string;
  readonly token: string;
  readonly form: FormState;
}

/** A button, and not done by opening the page: programs that check mails open it too. */
export function verifyEmailPage(visitor: Visitor, { address, name, token, form }: VerifyEmailProps): string {
  return sitePage(visitor, {
    ...{ title: 'Confirm your e-mail address', narrow: true },
    children: (
      <div class="stack">
        <h1>Confirm your e-mail address</h1>
        <Card>
          <p>
            Does <strong>{address}</strong> belong to the account <strong>{name}</strong>? If that account is not yours,
            close this page: nothing happens.
          </p>
          <Form action={paths.verifyEmail()} form={form}>
            <Hidden name="token" value={token} />
            <Submit>Yes, confirm it</Submit>
          </Form>
        </Card>
      </div>
    ),
  });
}
