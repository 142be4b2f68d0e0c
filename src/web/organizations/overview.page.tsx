import { type Organization } from '../../organizations/organization.entity.js';
import { MOST_COUNTED, type Listing } from '../../packages/searching.js';
import { type ListedPackage } from '../../packages/searching.queries.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Empty } from '../components/empty.js';
import { Facts } from '../components/facts.js';
import { When } from '../components/when.js';
import { OutLink } from '../components/out-link.js';
import { type Visitor } from '../http/visitor.js';
import { may, organizationPage } from '../layout/organization-page.js';
import { PackageRows } from '../packages/package-rows.js';
import { publishLine } from '../packages/publish-line.js';
import { type Sight } from './organization-sights.js';
import { seatsWords } from './seats-words.js';
import { StandingBadge, standingWords } from './standing-words.js';

export interface Overview {
  readonly members: number;
  /** Null: not for this visitor. */
  readonly packages: Listing<ListedPackage> | null;
  readonly apiUrl: string;
}

export function overviewPage(visitor: Visitor, sight: Sight, overview: Overview): string {
  const { organization, role, standing } = sight;
  return organizationPage(visitor, {
    ...{ organization, role, standing, title: organization.name, tab: paths.organization(organization.name) },
    children: (
      <div class="with-aside">
        <div class="stack">
          {organization.about !== null && <p class="lead organization-about">{organization.about}</p>}
          {overview.packages === null ? <NoPackages /> : <RecentPackages sight={sight} overview={overview} />}
        </div>
        <aside class="stack organization-aside" aria-label="About this organization">
          <Card title="Standing" aside={<StandingBadge standing={sight.standing} />}>
            <p>{standingWords(sight.standing, organization, visitor.now)}</p>
          </Card>
          <Card title="Members">
            <p>{seatsWords(overview.members, organization.seats)}</p>
            <p>
              <a href={paths.members(organization.name)}>
                {may(role, 'members.manage') ? 'Invite people and change roles' : 'See who belongs to it'}
              </a>
            </p>
          </Card>
          <About organization={organization} />
        </aside>
      </div>
    ),
  });
}

function NoPackages() {
  return (
    <Card title="Packages">
      <p class="quiet">With the role billing you see who belongs here and what is paid for, but not the packages.</p>
    </Card>
  );
}

function RecentPackages({ sight: { organization, role, standing }, overview }: { sight: Sight; overview: Overview }) {
  const { items, total } = overview.packages!;
  const list = paths.packageList({
    search: undefined,
    sort: undefined,
    organization: organization.name,
    page: undefined,
  });
  if (items.length === 0)
    return (
      <Card>
        <Empty title="No packages yet">
          {!standing.publishing ? (
            <p>Nothing can be published at the moment.</p>
          ) : may(role, 'package.publish') ? (
            <>
              <p>Publish the first one from its directory; the key needs the right to publish.</p>
              <CopyBlock label="Publish with mix" text={publishLine(overview.apiUrl, organization.name)} />
              <p>
                <a href={paths.keys}>Make a key</a>
              </p>
            </>
          ) : (
            <p>They appear here as soon as somebody with the role write publishes one.</p>
          )}
        </Empty>
      </Card>
    );
  const count = total > MOST_COUNTED ? `${MOST_COUNTED}+` : String(total);
  const scopes = new Map(items.map((pkg) => [pkg.repositoryId, organization.name]));
  return (
    <Card title="Recently updated packages" aside={<a href={list}>All {count}</a>} flush>
      <PackageRows packages={items} scopes={scopes} />
    </Card>
  );
}

function About({ organization: { website, contactEmail, createdAt } }: { organization: Organization }) {
  return (
    <Card title="About">
      <Facts
        rows={[
          ...(website === null
            ? []
            : [
                [
                  'Website',
                  <OutLink to={website}>{website.replace(/^https?:\/\//, '').replace(/\/$/, '')}</OutLink>,
                ] as const,
              ]),
          ...(contactEmail === null ? [] : [['Contact', <a href={mailto(contactEmail)}>{contactEmail}</a>] as const]),
          ['Here since', <When at={createdAt} date />],
        ]}
      />
    </Card>
  );
}

/** An address may hold signs that begin something else in such a link. */
const mailto = (address: string): string => `mailto:${encodeURIComponent(address).replace('%40', '@')}`;
