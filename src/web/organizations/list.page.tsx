import { type Membership } from '../../organizations/organizations.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Field, Form, Submit } from '../components/form.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { type OrganizationsPlace } from './organizations-place.js';
import { StandingBadge } from './standing-words.js';

export function organizationListPage(visitor: Visitor, memberships: readonly Membership[]): string {
  return sitePage(visitor, {
    title: 'Organizations',
    children: (
      <div class="stack">
        <div class="row spread">
          <h1>Organizations</h1>
          <a class="button" href={paths.newOrganization}>
            New organization
          </a>
        </div>
        <Card flush={memberships.length > 0}>
          {memberships.length === 0 ? (
            <Empty title="You belong to no organization yet">
              <p>Make one for your team, or open the link in the mail with which somebody invited you.</p>
            </Empty>
          ) : (
            <ul class="list">
              {memberships.map((one) => (
                <li key={one.organization.id}>
                  <MembershipRow membership={one} />
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
    ),
  });
}

function MembershipRow({ membership: { organization, role, since, standing } }: { membership: Membership }) {
  return (
    <>
      <div class="list-main">
        <p>
          <a href={paths.organization(organization.name)}>{organization.displayName ?? organization.name}</a>
          {organization.displayName !== null && <span class="quiet mono"> {organization.name}</span>}
        </p>
        <p class="quiet">
          Member since <When at={since} date />
        </p>
      </div>
      <span class="row">
        <Badge>{role}</Badge>
        <StandingBadge standing={standing} />
      </span>
    </>
  );
}

export function newOrganizationPage(visitor: Visitor, place: OrganizationsPlace, form: FormState): string {
  return sitePage(visitor, {
    title: 'New organization',
    narrow: true,
    children: (
      <div class="stack">
        <div class="page-head">
          <h1>New organization</h1>
          <p class="lead">A home for your team and its packages. Only people and keys that you let in can see them.</p>
        </div>
        <Card>
          <Form action={paths.newOrganization} form={form}>
            <Field
              {...{ form, name: 'name', label: 'Name', mono: true, required: true, autofocus: true, maxLength: 128 }}
              autocomplete="off"
              hint="Small letters, digits and underscores."
            />
            <p class="hint">
              The name is written into everybody’s <code>mix.exs</code> or <code>rebar.config</code> and is part of the
              address of the packages, for example <code>{place.repositoryUrl('acme')}</code>. It can be changed later,
              but then everybody has to change their configuration.
            </p>
            <Submit>Create organization</Submit>
          </Form>
        </Card>
        {place.trialDays > 0 && (
          <p class="below-card">
            You can try everything for {place.trialDays} days, with as many members as you like and without giving a
            credit card. Afterwards each member takes a paid seat.
          </p>
        )}
      </div>
    ),
  });
}
