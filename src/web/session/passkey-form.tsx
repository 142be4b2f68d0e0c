import { type ComponentChildren } from 'preact';
import { Hidden } from '../components/form.js';

export interface PasskeyFormProps {
  readonly action: string;
  /** Where the script asks what to sign. */
  readonly options: string;
  /** A new passkey, or the use of one. */
  readonly act: 'create' | 'get';
  /** Also offer it among the suggestions of the field for the user name. */
  readonly autofill?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
  readonly label: string;
  readonly tone?: 'accent' | 'plain';
  /** What else is sent. */
  readonly children?: ComponentChildren;
}

/**
 * A form that a passkey fills in. It is hidden until `passkeys.js` has found that the browser knows passkeys; the page must name
 * that script.
 */
export function PasskeyForm({ action, options, act, autofill, fields, label, tone, children }: PasskeyFormProps) {
  return (
    <form
      method="post"
      action={action}
      class="form"
      hidden
      data-passkey={act}
      data-options={options}
      data-autofill={autofill ? 'yes' : undefined}
    >
      {Object.entries(fields ?? {}).map(([name, value]) => (
        <Hidden key={name} name={name} value={value} />
      ))}
      <Hidden name="credential" value="" />
      {children}
      <p class="problem" role="alert" data-passkey-problem />
      <button type="submit" class={`button${tone === 'plain' ? ' button-plain' : ''}`}>
        {label}
      </button>
    </form>
  );
}

export const PASSKEY_SCRIPTS = ['passkeys.js'];
