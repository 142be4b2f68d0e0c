import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Field, Form, Hidden, Submit } from '../components/form.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { PASSKEY_SCRIPTS } from './passkey-form.js';
import { type SecondFactorProps, SecondProofForms } from './second-factor.page.js';

export function sudoPage(visitor: Visitor, { factors, back, form }: SecondFactorProps): string {
  const hasSecondFactor = factors.totp || factors.passkeys > 0;
  const lead = 'What comes next can do harm, so we want to be sure. After this you will not be asked for an hour.';
  return sitePage(visitor, {
    ...{ title: 'Confirm that it is you', narrow: true, scripts: hasSecondFactor ? PASSKEY_SCRIPTS : undefined },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Confirm that it is you</h1>
          <p class="lead">{lead}</p>
        </div>
        <Card>
          {hasSecondFactor ? (
            <SecondProofForms
              {...{ factors, form, fields: { return: back }, action: paths.sudo() }}
              options={paths.passkeyOptions('sudo')}
            />
          ) : (
            <Form action={paths.sudo()} form={form}>
              <Hidden name="return" value={back} />
              <input type="hidden" autocomplete="username" value={visitor.user?.name} />
              <Field
                {...{ form, name: 'password', label: 'Password', type: 'password', required: true, maxLength: 512 }}
                {...{ autocomplete: 'current-password', autofocus: true }}
              />
              <Submit>Confirm</Submit>
            </Form>
          )}
        </Card>
        <p class="below-card">
          <a href={paths.forgotPassword}>Forgot your password?</a>
        </p>
      </div>
    ),
  });
}
