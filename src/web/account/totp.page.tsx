import { encode } from 'uqr';
import { type TotpSetUp } from '../../accounts/totps.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Field, Form, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';

/** `setUp` null: it was begun elsewhere meanwhile, so there is nothing to scan. */
export function totpPage(visitor: Visitor, setUp: TotpSetUp | null, form: FormState): string {
  return accountPage(visitor, {
    ...{ title: 'Set up an authenticator app', section: paths.security },
    children: (
      <Card>
        <ol class="steps">
          <li>
            <div>
              <p class="step-title">Open an authenticator app</p>
              <p class="quiet">Any will do: the one of your password manager, Aegis, 2FAS, Google Authenticator, …</p>
            </div>
          </li>
          <li>
            <div>
              <p class="step-title">Scan this code with it</p>
              {setUp && <QrCode text={setUp.uri} />}
              {setUp && (
                <details class="more">
                  <summary>It cannot be scanned?</summary>
                  <CopyBlock label="Type this key instead" text={setUp.secret} wrap />
                </details>
              )}
            </div>
          </li>
          <li>
            <div>
              <p class="step-title">Enter the code that it shows</p>
              <Form action={`${paths.totp}/confirm`} form={form}>
                <div class="code-input">
                  <Field
                    {...{ form, name: 'code', label: 'Six digits', inputmode: 'numeric', required: true }}
                    {...{ autocomplete: 'one-time-code', maxLength: 20 }}
                  />
                </div>
                <Submit>Turn it on</Submit>
              </Form>
            </div>
          </li>
        </ol>
        <p class="small">
          <a href={paths.security}>Not now</a>
        </p>
      </Card>
    ),
  });
}

/** Drawn here, as markup with attributes alone: it holds the secret, and no style or image of others is allowed in. */
function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 0 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code for the authenticator app"
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
