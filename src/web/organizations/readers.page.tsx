import { type ReadersList, type ReadingKey, type ReadingPerson } from '../../access/readers-of.js';
import { toScope } from '../../accounts/permissions.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Field, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { organizationPage } from '../layout/organization-page.js';
import { type Sight } from './organization-sights.js';
import { standingWords } from './standing-words.js';

/** More than anybody reads; what is left out is counted. */
const MOST_SHOWN = 500;

export function readersPage(visitor: Visitor, sight: Sight, list: ReadersList, pkg: string | undefined): string {
  const { organization, role, standing } = sight;
  const { name } = organization;
  const { people, keys } = standing.fetching ? list : list.waiting;
  return organizationPage(visitor, {
    ...{
      organization,
      role,
      standing,
      title: pkg === undefined ? 'Who can read' : `Who can read ${pkg}`,
      tab: paths.readers(name),
    },
    children: (
      <>
        <p class="lead">
          Every person and every key that can fetch {pkg ?? 'packages'} now, and why. It is the answer of the same table
          that is asked at each fetch.
        </p>
        <form method="get" action={paths.readers(name)} class="form form-inline" role="search" aria-label="Package">
          <Field
            name="package"
            label="Package"
            value={pkg}
            mono
            autocomplete="off"
            placeholder="the whole repository"
          />
          <Submit tone="plain">Show</Submit>
        </form>
        {!standing.fetching && (
          <Notice tone="bad" title="Nobody can fetch at the moment">
            <p>{standingWords(standing, organization, visitor.now)}</p>
            <p>These could, if it were not for that:</p>
          </Notice>
        )}
        <People people={people} />
        <KeyCard title="Keys of the organization" keys={keys.filter(({ owner }) => owner === null)} />
        <KeyCard title="Keys and programs of members" keys={keys.filter(({ owner }) => owner !== null)} withOwner />
      </>
    ),
  });
}

function People({ people }: { people: readonly ReadingPerson[] }) {
  const rows = people.slice(0, MOST_SHOWN).map(({ userId, name, fullName, role, since }) => ({
    key: userId,
    cells: [
      <span>
        <a href={paths.user(name)}>{name}</a>
        {fullName && <span class="quiet small"> {fullName}</span>}
      </span>,
      <span>
        member with the role <Badge>{role}</Badge> since <When at={since} date />
      </span>,
    ],
  }));
  return (
    <Card title={`People (${people.length})`} flush={people.length > 0}>
      {people.length === 0 ? <Empty title="Nobody" /> : <Table caption="People" columns={['Who', 'Why']} rows={rows} />}
      <LeftOut count={people.length} />
    </Card>
  );
}

function KeyCard({
  title,
  keys,
  withOwner = false,
}: {
  title: string;
  keys: readonly ReadingKey[];
  withOwner?: boolean;
}) {
  const columns = [...(withOwner ? ['Whose'] : []), 'Name', 'Why', 'Last use', 'Expires'];
  const rows = keys.slice(0, MOST_SHOWN).map((key) => ({
    key: `${key.kind} ${key.id}`,
    cells: [
      ...(withOwner ? [<a href={paths.user(key.owner!)}>{key.owner}</a>] : []),
      <span>
        {key.name} {key.kind === 'program' && <Badge>program</Badge>}
      </span>,
      <span class="row">
        {key.by.map((permission) => (
          <code key={toScope(permission)}>{toScope(permission)}</code>
        ))}
        {key.role !== null && <span class="quiet small">as {key.role}</span>}
      </span>,
      key.lastUsedAt === null ? <span class="quiet">never</span> : <When at={key.lastUsedAt} />,
      key.expiresAt === null ? <span class="quiet">never</span> : <When at={key.expiresAt} />,
    ],
  }));
  return (
    <Card title={`${title} (${keys.length})`} flush={keys.length > 0}>
      {keys.length === 0 ? <p class="quiet">None.</p> : <Table caption={title} columns={columns} rows={rows} />}
      <LeftOut count={keys.length} />
    </Card>
  );
}

function LeftOut({ count }: { count: number }) {
  return count > MOST_SHOWN ? <p class="quiet">And {count - MOST_SHOWN} more.</p> : null;
}
