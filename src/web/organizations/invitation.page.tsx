import { type Offer } from '../../organizations/invitations.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { Form, Hidden, Submit } from '../components/form.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { ChoiceFields } from '../session/sign-up.page.js';
import { roleOptions } from './role-words.js';

export function invitationPage(visitor: Visitor, offer: Offer, token: string, form: FormState): string {
  return frame(visitor, offer, [
    <Card>
      <OfferFacts offer={offer} />
      {visitor.user === null ? <Ways token={token} /> : <Accept visitor={visitor} token={token} form={form} />}
    </Card>,
  ]);
}

export function invitedSignupPage(visitor: Visitor, offer: Offer, token: string, form: FormState): string {
  const isTaken = form.problems['email'] !== undefined;
  return frame(visitor, offer, [
    <Card lead={`Your address ${offer.address} is confirmed with this.`}>
      <Form action={paths.invitedSignup()} form={form}>
        <Hidden name="token" value={token} />
        {isTaken && (
          <p class="problem">
            This address belongs to an account already. <a href={paths.login(paths.acceptInvitation(token))}>Log in</a>{' '}
            to accept.
          </p>
        )}
        <ChoiceFields form={form} />
        <Submit>Create account and join</Submit>
      </Form>
    </Card>,
    <p class="below-card">
      Already have an account? <a href={paths.login(paths.acceptInvitation(token))}>Log in</a>
    </p>,
  ]);
}

function frame(visitor: Visitor, { organization, inviter }: Offer, children: preact.ComponentChildren): string {
  const name = organization.displayName ?? organization.name;
  return sitePage(visitor, {
    title: `Join ${organization.name}`,
    narrow: true,
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>Join {name}</h1>
          <p class="lead">{inviter} invites you to this organization and its private packages.</p>
        </div>
        {children}
      </div>
    ),
  });
}

function OfferFacts({ offer: { organization, role, address, expiresAt } }: { offer: Offer }) {
  return (
    <Facts
      rows={[
        ['Organization', <span class="mono">{organization.name}</span>],
        [
          'Your role',
          <span>
            <Badge>{role}</Badge> <span class="quiet">{roleOptions.find(({ value }) => value === role)?.hint}</span>
          </span>,
        ],
        ['Sent to', address],
        ['Ends', <When at={expiresAt} />],
      ]}
    />
  );
}

function Accept({ visitor, token, form }: { visitor: Visitor; token: string; form: FormState }) {
  return (
    <Form action={paths.acceptInvitation()} form={form}>
      <Hidden name="token" value={token} />
      <p>
        You are logged in as <strong>{visitor.user!.name}</strong>: this account joins.
      </p>
      <Submit>Accept invitation</Submit>
    </Form>
  );
}

function Ways({ token }: { token: string }) {
  return (
    <div class="stack stack-tight">
      <a class="button" href={paths.invitedSignup(token)}>
        Create an account
      </a>
      <a class="button button-plain" href={paths.login(paths.acceptInvitation(token))}>
        I have an account: log in
      </a>
    </div>
  );
}

/** Unknown, expired, withdrawn and used links look alike. */
export function deadInvitationPage(visitor: Visitor): string {
  return sitePage(visitor, {
    title: 'This invitation does not work',
    narrow: true,
    children: (
      <div class="stack">
        <h1>This invitation does not work</h1>
        <Card>
          <p>
            The link has been used already, has expired after seven days, or was withdrawn; or it is not complete. Ask
            whoever invited you to send it again.
          </p>
          {visitor.user !== null && (
            <p>
              <a class="button button-plain" href={paths.organizations}>
                Your organizations
              </a>
            </p>
          )}
        </Card>
      </div>
    ),
  });
}
