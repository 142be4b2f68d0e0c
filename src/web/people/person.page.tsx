import { type User } from '../../accounts/user.entity.js';
import { type Membership } from '../../organizations/organizations.js';
import { type ListedPackage } from '../../packages/searching.queries.js';
import { paths } from '../../platform/paths.js';
import { Avatar } from '../components/avatar.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { OutLink } from '../components/out-link.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { PackageRows } from '../packages/package-rows.js';

export interface PersonProps {
  readonly person: User;
  /** The address they show to others. */
  readonly email: string | undefined;
  readonly common: readonly Membership[];
  readonly packages: readonly ListedPackage[];
  /** Is there a public repository here? */
  readonly hasPublic: boolean;
}

export function personPage(visitor: Visitor, props: PersonProps): string {
  const { person, common, packages, hasPublic } = props;
  return sitePage(visitor, {
    title: person.name,
    children: (
      <div class="stack">
        <PersonHead {...props} visitor={visitor} />
        {common.length > 0 && (
          <Card title={person.id === visitor.user?.id ? 'Organizations' : 'Organizations in common'} flush>
            <ul class="list">
              {common.map(({ organization, role }) => (
                <li key={organization.id}>
                  <a href={paths.organization(organization.name)}>{organization.name}</a>
                  <Badge>{role}</Badge>
                </li>
              ))}
            </ul>
          </Card>
        )}
        {hasPublic && (
          <Card title="Public packages" flush={packages.length > 0}>
            {packages.length === 0 ? (
              <Empty title={`${person.name} owns no public package`} />
            ) : (
              <PackageRows packages={packages} scopes={new Map(packages.map((pkg) => [pkg.repositoryId, undefined]))} />
            )}
          </Card>
        )}
      </div>
    ),
  });
}

function PersonHead({ person, email, visitor }: PersonProps & { visitor: Visitor }) {
  const website = person.website !== null && /^https?:\/\//i.test(person.website) ? person.website : null;
  return (
    <div class="page-head">
      <div class="row">
        <Avatar name={person.name} />
        <h1>{person.fullName ?? person.name}</h1>
        {person.fullName && <span class="quiet">{person.name}</span>}
      </div>
      <p class="row">
        {website && (
          <OutLink to={website} rel="me">
            {website.replace(/^https?:\/\//i, '')}
          </OutLink>
        )}
        {email && <a href={`mailto:${email}`}>{email}</a>}
        {person.id === visitor.user?.id && (
          <a class="button button-plain button-small" href={paths.profile}>
            Edit your profile
          </a>
        )}
      </p>
    </div>
  );
}
