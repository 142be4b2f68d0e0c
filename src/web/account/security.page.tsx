import { type Passkey } from '../../accounts/passkey.entity.js';
import { type Factors } from '../../accounts/second-factors.js';
import { paths } from '../../platform/paths.js';
import { Act } from '../components/act.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Consequences, Field, Form, PostButton, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';
import { PASSKEY_SCRIPTS, PasskeyForm } from '../session/passkey-form.js';

export interface SecurityProps {
  readonly factors: Factors;
  readonly passkeys: readonly Passkey[];
  /** Browsers have none for a site that is reached by an IP address. */
  readonly offered: boolean;
  readonly form: FormState;
}

export function securityPage(visitor: Visitor, { factors, passkeys, offered, form }: SecurityProps): string {
  const isProtected = factors.totp || factors.passkeys > 0;
  return accountPage(visitor, {
    ...{ title: 'Two-factor and passkeys', section: paths.security, scripts: PASSKEY_SCRIPTS },
    lead: 'What protects your account when somebody learns your password.',
    children: (
      <>
        {form.message && (
          <div class="notice notice-bad" role="alert">
            {form.message}
          </div>
        )}
        {!isProtected && (
          <Notice tone="warn" title="Only your password protects this account">
            Set up an authenticator app or a passkey; either will do.
          </Notice>
        )}
        <AuthenticatorApp isOn={factors.totp} isLast={factors.passkeys === 0} />
        <PasskeysCard {...{ passkeys, offered, form }} isLast={!factors.totp && passkeys.length === 1} />
        {isProtected && <RecoveryCodesCard left={factors.recoveryCodes} />}
      </>
    ),
  });
}

const LAST = 'Nothing but the password protects your account then, and your recovery codes end with it.';

function AuthenticatorApp({ isOn, isLast }: { isOn: boolean; isLast: boolean }) {
  const lead = 'An app on your phone shows a new code every half minute; logging in asks for it.';
  return (
    <Card title="Authenticator app" lead={lead} aside={isOn ? <Badge tone="good">on</Badge> : <Badge>off</Badge>}>
      {isOn ? (
        <Consequences summary="Remove the app">
          <p>{isLast ? LAST : 'Logging in takes one of your passkeys then.'}</p>
          <PostButton action={`${paths.totp}/remove`} tone="danger">
            Remove it
          </PostButton>
        </Consequences>
      ) : (
        <PostButton action={paths.totp}>Set it up</PostButton>
      )}
    </Card>
  );
}

interface PasskeysProps {
  readonly passkeys: readonly Passkey[];
  readonly offered: boolean;
  readonly isLast: boolean;
  readonly form: FormState;
}

function PasskeysCard({ passkeys, offered, isLast, form }: PasskeysProps) {
  const lead =
    'Your device or password manager proves that it is you, by finger, face or PIN. Nothing to type, nothing to be stolen.';
  return (
    <Card title="Passkeys" lead={lead} id="passkeys">
      {passkeys.length === 0 && <Empty title="No passkeys yet" />}
      {passkeys.length > 0 && (
        <ul class="list">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} {...{ passkey, isLast }} />
          ))}
        </ul>
      )}
      {offered ? (
        <>
          <PasskeyForm
            {...{ action: paths.passkeys, options: paths.passkeyOptions('new'), act: 'create', label: 'Add a passkey' }}
          >
            <Field
              {...{ form, name: 'name', label: 'Name of the new passkey', required: true, maxLength: 60 }}
              {...{ hint: 'For you to know it by: this laptop, the blue key.', autocomplete: 'off' }}
            />
          </PasskeyForm>
          <p class="quiet" data-without-passkeys>
            This browser cannot use passkeys, or scripts are turned off in it.
          </p>
        </>
      ) : (
        <p class="quiet">
          Browsers have no passkeys for a site that is reached by an IP address. They work once this one has a name.
        </p>
      )}
    </Card>
  );
}

function PasskeyRow({
  passkey: { id, name, isSynced, createdAt, lastUsedAt },
  isLast,
}: {
  passkey: Passkey;
  isLast: boolean;
}) {
  const to = (act: string) => `${paths.passkeys}/${id}/${act}`;
  const facts = (
    <>
      {isSynced && 'Synced. '}Added <When at={createdAt} />,{' '}
      {lastUsedAt === null ? 'never used' : ['last used ', <When at={lastUsedAt} />]}.
    </>
  );
  return (
    <Act title={name} lead={facts}>
      <div class="row">
        <Consequences summary="Rename" label={`Rename ${name}`} tone="plain" small>
          <Form action={to('rename')} inline>
            <Field {...{ name: 'name', label: `New name of ${name}`, value: name, required: true, maxLength: 60 }} />
            <Submit tone="plain">Save</Submit>
          </Form>
        </Consequences>
        <Consequences summary="Remove" label={`Remove ${name}`} small>
          <p>{isLast ? LAST : 'It cannot be used to log in any more.'} Remove it on the device too.</p>
          <PostButton action={to('remove')} tone="danger" small>
            Remove it
          </PostButton>
        </Consequences>
      </div>
    </Act>
  );
}

function RecoveryCodesCard({ left }: { left: number }) {
  const lead = 'For the day on which phone and keys are gone. Each code works once.';
  const tone = left > 3 ? 'good' : left > 0 ? 'warn' : 'bad';
  return (
    <Card title="Recovery codes" lead={lead} aside={<Badge tone={tone}>{`${left} left`}</Badge>}>
      <Consequences summary="Make new codes" tone="plain">
        <p>You get ten new ones. The earlier ones stop working.</p>
        <PostButton action={paths.recoveryCodes} tone="danger">
          Make new codes
        </PostButton>
      </Consequences>
    </Card>
  );
}
