import { type Factors } from '../../accounts/second-factors.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Field, Form, Hidden, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { PASSKEY_SCRIPTS, PasskeyForm } from './passkey-form.js';

export interface SecondFactorProps {
  readonly factors: Factors;
  readonly back: string;
  readonly form: FormState;
}

export function secondFactorPage(visitor: Visitor, { factors, back, form }: SecondFactorProps): string {
  const forms = { ...{ factors, form, fields: { return: back }, action: paths.secondFactor() } };
  return sitePage(visitor, {
    ...{ title: 'Second factor', narrow: true, scripts: PASSKEY_SCRIPTS },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>One more step</h1>
          <p class="lead">Your account is protected by more than a password.</p>
        </div>
        <Card>
          <SecondProofForms {...forms} options={paths.passkeyOptions('second-factor')} />
        </Card>
        <p class="below-card">
          Not you? <a href={paths.login(back)}>Log in as somebody else</a>
        </p>
      </div>
    ),
  });
}

export interface SecondProofFormsProps {
  readonly factors: Factors;
  readonly action: string;
  readonly options: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly form: FormState;
}

/** A code, a passkey or a recovery code: whatever the account has. Also where sudo is asked for. */
export function SecondProofForms({ factors, action, options, fields, form }: SecondProofFormsProps) {
  const isRecovery = form.problems['recovery_code'] !== undefined;
  const hidden = Object.entries(fields).map(([name, value]) => <Hidden key={name} name={name} value={value} />);
  const hasPasskeys = factors.passkeys > 0;
  return (
    <>
      {factors.totp && (
        <Form action={action} form={isRecovery ? undefined : form}>
          {hidden}
          <div class="code-input">
            <Field
              {...{ form, name: 'code', label: 'Code from your authenticator app', inputmode: 'numeric' }}
              {...{ autocomplete: 'one-time-code', autofocus: true, required: true, maxLength: 20 }}
            />
          </div>
          <Submit>Go on</Submit>
        </Form>
      )}
      {!factors.totp && form.message !== undefined && (
        <div class="notice notice-bad" role="alert">
          {form.message}
        </div>
      )}
      {hasPasskeys && (
        <>
          <PasskeyForm {...{ action, options, fields, act: 'get' }} {...passkeyButton(factors)}>
            {factors.totp && <p class="or">or</p>}
          </PasskeyForm>
          {!factors.totp && (
            <p class="quiet" data-without-passkeys>
              This browser cannot use passkeys, or scripts are turned off in it.
            </p>
          )}
        </>
      )}
      {factors.recoveryCodes > 0 && (
        <details class="more" open={isRecovery}>
          <summary>Use a recovery code</summary>
          <Form action={action} form={isRecovery ? form : undefined}>
            {hidden}
            <Field
              {...{ form, name: 'recovery_code', label: 'Recovery code', mono: true, required: true, maxLength: 40 }}
              {...{ autocomplete: 'off', hint: 'One of those that you were given to keep. It works once.' }}
            />
            <Submit tone="plain">Use this code</Submit>
          </Form>
        </details>
      )}
    </>
  );
}

const passkeyButton = ({ totp }: Factors) => ({ label: 'Use a passkey', tone: totp ? 'plain' : 'accent' }) as const;
