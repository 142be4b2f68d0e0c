import { type DeviceCode } from '../../accounts/device-code.entity.js';
import { deviceOf } from '../../accounts/devices.js';
import { type OAuthClient } from '../../accounts/oauth-client.entity.js';
import { placeOf } from '../../accounts/places.js';
import { spacedUserCode } from '../../accounts/user-code.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { Field, Form, Hidden, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { type Asked, ScopeChoices } from './consent.js';

/** Where the code is entered. A code in the address only fills the field: a link that somebody sent decides nothing. */
export function enterCodePage(visitor: Visitor, form: FormState, code: string): string {
  return sitePage(visitor, {
    ...{ title: 'Log in a machine', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Log in a machine</h1>
          <p class="lead">Enter the code that your terminal shows, such as after “mix hex.user auth”.</p>
        </div>
        <Card>
          <Form action={paths.device()} form={form}>
            <Field
              {...{ form, name: 'user_code', label: 'Code', value: code, mono: true, required: true }}
              hint="Eight letters, with or without the dash."
              placeholder="BCDF-GHJK"
              autocomplete="off"
              maxLength={40}
              autofocus
            />
            <Submit>Continue</Submit>
          </Form>
        </Card>
        <p class="quiet small">Nothing is allowed yet: the next page shows who asks and for what.</p>
      </div>
    ),
  });
}

export interface WaitingDevice {
  readonly device: DeviceCode;
  readonly client: OAuthClient;
  readonly userCode: string;
  readonly asked: Asked;
}

/** Who asks, from where, for what; yes or no. */
export function deviceConsentPage(visitor: Visitor, waiting: WaitingDevice, form: FormState): string {
  const { device, client, userCode, asked } = waiting;
  const elsewhere = device.ip !== (visitor.origin.ip ?? null);
  return sitePage(visitor, {
    ...{ title: 'Let this machine in?', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Let this machine in?</h1>
          <p class="lead">It will act as {visitor.user?.name}.</p>
        </div>
        <Notice tone="warn" title="Only if you started this yourself, just now">
          <p>If somebody sent you this code or the link to it, deny. Nobody of this site will ever send you one.</p>
        </Notice>
        <Card>
          <Facts
            rows={[
              ['Code', <strong class="mono">{spacedUserCode(userCode)}</strong>],
              ['Program', client.name],
              ['Machine', <span>“{device.name}”, as it calls itself</span>],
              [
                'Asked',
                <span>
                  <When at={device.createdAt} />, from {placeOf(device.ip)} ({device.ip ?? 'address unknown'})
                </span>,
              ],
              ['With', deviceWords(device.userAgent)],
            ]}
          />
          {elsewhere && (
            <Notice tone="warn">
              <p>It asked from another address than the one you are at now.</p>
            </Notice>
          )}
          <Form action={`${paths.device()}/approve`} form={form}>
            <Hidden name="user_code" value={userCode} />
            <ScopeChoices asked={asked} form={form} />
            <div class="row">
              <Submit>Let it in</Submit>
              <button type="submit" class="button button-plain" formAction={`${paths.device()}/deny`}>
                Deny
              </button>
            </div>
          </Form>
        </Card>
        <p class="quiet small">
          The login ends after 30 days. You can end it before at any time, under{' '}
          <a href={paths.sessions}>your sessions</a>.
        </p>
      </div>
    ),
  });
}

/** Programs name themselves as they like: `hex/2.5.1 (elixir/1.18.0)`. */
function deviceWords(userAgent: string | null): string {
  const browser = deviceOf(userAgent);
  return browser !== 'an unknown device' ? browser : (userAgent?.slice(0, 80) ?? 'an unknown program');
}

/** After the answer; what it was stands in the note above. */
export function deviceDonePage(visitor: Visitor): string {
  return sitePage(visitor, {
    ...{ title: 'Done', narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>You can close this window</h1>
          <p class="lead">Go on in the terminal.</p>
        </div>
        <p>
          <a class="button button-plain" href={paths.sessions}>
            See what is logged in as you
          </a>
        </p>
      </div>
    ),
  });
}
