import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { Form, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { type AuthorizationRequest } from './authorization-request.js';
import { type Asked, ScopeChoices } from './consent.js';

/** Which program asks for what, and where the answer goes; yes or no. The request stays in the address of the form. */
export function authorizePage(visitor: Visitor, request: AuthorizationRequest, asked: Asked, form: FormState): string {
  const { client, redirectUri } = request;
  return sitePage(visitor, {
    ...{ title: `Allow ${client.name}?`, narrow: true },
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Allow {client.name}?</h1>
          <p class="lead">It will act as {visitor.user?.name}.</p>
        </div>
        <Notice tone="warn" title="Only if you started this yourself, just now">
          <p>If you came here by a link that somebody sent you, deny.</p>
        </Notice>
        <Card>
          <Facts
            rows={[
              ['Program', client.name],
              ['Answer goes to', <span class="mono">{new URL(redirectUri).host}</span>],
            ]}
          />
          <Form action={visitor.address} form={form}>
            <ScopeChoices asked={asked} form={form} />
            <div class="row">
              <Submit name="decision" value="allow">
                Allow
              </Submit>
              <Submit name="decision" value="deny" tone="plain">
                Deny
              </Submit>
            </div>
          </Form>
        </Card>
        <p class="quiet small">
          What you allow ends after 30 days. You can take it back before at any time, under{' '}
          <a href={paths.sessions}>your sessions</a>.
        </p>
      </div>
    ),
  });
}
