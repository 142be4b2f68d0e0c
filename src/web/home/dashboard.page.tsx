import { type ComponentChildren } from 'preact';
import { type Key } from '../../accounts/key.entity.js';
import { type User } from '../../accounts/user.entity.js';
import { type Membership } from '../../organizations/organizations.js';
import { type Repository, scopeOf } from '../../organizations/repository.entity.js';
import { type Listing } from '../../packages/searching.js';
import { type ListedPackage } from '../../packages/searching.queries.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Empty } from '../components/empty.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { StandingBadge } from '../organizations/standing-words.js';
import { scopesOf } from '../packages/package-list.page.js';
import { PackageRows } from '../packages/package-rows.js';
import { publishLine } from '../packages/publish-line.js';

const KEYS_SHOWN = 4;

export interface DashboardProps {
  readonly user: User;
  readonly memberships: readonly Membership[];
  /** Working ones of the person. */
  readonly keys: readonly Key[];
  readonly recent: Listing<ListedPackage>;
  readonly repositories: readonly Repository[];
  readonly apiUrl: string;
}

/** The start page of somebody who is logged in: what is theirs, and what to do next while there is little. */
export function dashboardPage(visitor: Visitor, props: DashboardProps): string {
  const { user, recent, repositories } = props;
  return sitePage(visitor, {
    title: 'Start',
    children: (
      <div class="stack">
        <h1>{`Hello, ${user.fullName ?? user.name}`}</h1>
        <FirstSteps {...props} />
        <div class="with-aside">
          <Card
            title="Recently updated"
            flush={recent.items.length > 0}
            aside={recent.items.length > 0 && <a href={paths.packages()}>All packages</a>}
          >
            {recent.items.length === 0 ? (
              <Empty title="No packages yet">
                <p>What your organizations publish appears here.</p>
              </Empty>
            ) : (
              <PackageRows packages={recent.items} scopes={scopesOf(repositories)} />
            )}
          </Card>
          <div class="stack">
            <YourOrganizations memberships={props.memberships} />
            <YourKeys keys={props.keys} />
          </div>
        </div>
      </div>
    ),
  });
}

function FirstSteps({ memberships, keys, recent, repositories, apiUrl }: DashboardProps) {
  const organization = repositories.map(scopeOf).find((scope) => scope !== undefined);
  const done = [memberships.length > 0, keys.length > 0, recent.items.length > 0];
  if (done.every(Boolean)) return null;
  return (
    <Card title="First steps">
      <ol class="steps">
        <Step title="Belong to an organization" done={done[0]!}>
          <p class="quiet">It holds your packages and decides who may read them. You can also be invited to one.</p>
          {!done[0] && (
            <p>
              <a class="button" href={paths.newOrganization}>
                Create an organization
              </a>
            </p>
          )}
        </Step>
        <Step title="Make a key" done={done[1]!}>
          <p class="quiet">Clients use keys instead of your password. Its page has the lines to paste.</p>
          {!done[1] && (
            <p>
              <a class="button button-plain" href={paths.keys}>
                Make a key
              </a>
            </p>
          )}
        </Step>
        <Step title="Publish a package" done={done[2]!}>
          <p class="quiet">In the directory of a package:</p>
          <CopyBlock label="Publish with mix" text={publishLine(apiUrl, organization ?? 'your_organization')} wrap />
        </Step>
      </ol>
    </Card>
  );
}

function Step({ title, done, children }: { title: string; done: boolean; children: ComponentChildren }) {
  return (
    <li class={done ? 'step-done' : undefined}>
      <div>
        <p class="step-title">
          {title}
          {done && <span class="visually-hidden"> (done)</span>}
        </p>
        {!done && children}
      </div>
    </li>
  );
}

function YourOrganizations({ memberships }: { memberships: readonly Membership[] }) {
  return (
    <Card title="Your organizations" flush={memberships.length > 0} aside={<a href={paths.newOrganization}>New</a>}>
      {memberships.length === 0 ? (
        <p class="quiet">You belong to none yet.</p>
      ) : (
        <ul class="list">
          {memberships.map(({ organization, role, standing }) => (
            <li key={organization.id}>
              <a href={paths.organization(organization.name)}>{organization.name}</a>
              <span class="row">
                {!['active', 'comped'].includes(standing.state) && <StandingBadge standing={standing} />}
                <Badge>{role}</Badge>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function YourKeys({ keys }: { keys: readonly Key[] }) {
  const used = keys.toSorted((a, b) => (b.lastUsedAt?.getTime() ?? 0) - (a.lastUsedAt?.getTime() ?? 0));
  return (
    <Card
      title="Your keys"
      flush={keys.length > 0}
      aside={<a href={paths.keys}>{keys.length === 0 ? 'Make one' : 'All keys'}</a>}
    >
      {keys.length === 0 ? (
        <p class="quiet">You have none yet.</p>
      ) : (
        <ul class="list">
          {used.slice(0, KEYS_SHOWN).map((key) => (
            <li key={key.id}>
              <span class="mono">{key.name}</span>
              <span class="quiet small">
                {key.lastUsedAt === null ? (
                  'never used'
                ) : (
                  <>
                    used <When at={key.lastUsedAt} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
