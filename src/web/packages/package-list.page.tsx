import { type Repository, scopeOf } from '../../organizations/repository.entity.js';
import { type FoundPackages } from '../../packages/searching.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Empty } from '../components/empty.js';
import { Pager } from '../components/pager.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { bounded } from './numbers.js';
import { PackageRows, type Scopes } from './package-rows.js';
import { type AskedList } from './asked-list.js';
import { publishLine } from './publish-line.js';

export const PACKAGES_PER_PAGE = 30;

export interface PackageListProps {
  readonly asked: AskedList;
  /** Those the visitor may read. */
  readonly repositories: readonly Repository[];
  readonly listing: FoundPackages;
  readonly apiUrl: string;
}

export const scopesOf = (repositories: readonly Repository[]): Scopes =>
  new Map(repositories.map((repository) => [repository.id, scopeOf(repository)]));

export function packageListPage(visitor: Visitor, props: PackageListProps): string {
  const { asked, listing, repositories } = props;
  const found = listing.items.length > 0;
  return sitePage(visitor, {
    title: asked.search === '' ? 'Packages' : `“${asked.search}” in packages`,
    children: (
      <div class="stack">
        <h1>Packages</h1>
        <SearchForm asked={asked} repositories={repositories} />
        {found && (
          <Card flush title={titleOf(asked, listing)}>
            <PackageRows packages={listing.items} scopes={scopesOf(repositories)} />
          </Card>
        )}
        {!found && <Nothing visitor={visitor} {...props} />}
        <Pages asked={asked} listing={listing} />
      </div>
    ),
  });
}

function titleOf({ search }: AskedList, { similar, total }: FoundPackages): string {
  if (similar) return `Nothing found for “${search}”. Did you mean one of these?`;
  return `${bounded(total)} ${total === 1 ? 'package' : 'packages'}`;
}

const SORTS: readonly (readonly [AskedList['sort'], string])[] = [
  ['relevance', 'Best match'],
  ['name', 'Name'],
  ['updated', 'Recently updated'],
  ['downloads', 'Most downloaded'],
];

function SearchForm({ asked, repositories }: Pick<PackageListProps, 'asked' | 'repositories'>) {
  return (
    <form class="search-form" method="get" action={paths.packages()} role="search">
      <div class="field search-words">
        <label for="search">Name or words of the description</label>
        <input id="search" type="search" name="search" value={asked.search} maxLength={100} autoCapitalize="none" />
      </div>
      {repositories.length > 1 && (
        <div class="field">
          <label for="organization">In</label>
          <select id="organization" name="organization">
            <option value="">everything I may read</option>
            {repositories.map((one) => {
              const value = scopeOf(one) ?? 'public';
              return (
                <option key={one.id} value={value} selected={value === asked.organization}>
                  {value}
                </option>
              );
            })}
          </select>
        </div>
      )}
      <div class="field">
        <label for="sort">Sorted by</label>
        <select id="sort" name="sort">
          {SORTS.map(([value, label]) => (
            <option key={value} value={value} selected={value === asked.sort}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <button class="button" type="submit">
        Search
      </button>
    </form>
  );
}

function Nothing({ visitor, asked, repositories, apiUrl }: PackageListProps & { visitor: Visitor }) {
  if (asked.page > 1)
    return (
      <Empty title="The list ends before this page">
        <p>
          <a href={paths.packageList({ ...asked, page: undefined })}>To its beginning</a>
        </p>
      </Empty>
    );
  if (asked.search !== '')
    return (
      <Empty title={`Nothing found for “${asked.search}”`}>
        <p>Try fewer letters, or a word of its description. Only packages you may read are searched.</p>
      </Empty>
    );
  if (visitor.user === null && repositories.length === 0)
    return (
      <Empty title="The packages here are private">
        <p>Log in to see those of your organizations.</p>
        <p class="actions">
          <a class="button" href={paths.login(visitor.address)}>
            Log in
          </a>
        </p>
      </Empty>
    );
  return <NothingPublished repositories={repositories} apiUrl={apiUrl} />;
}

function NothingPublished({ repositories, apiUrl }: Pick<PackageListProps, 'repositories' | 'apiUrl'>) {
  const organization = repositories.map(scopeOf).find((scope) => scope !== undefined);
  if (organization === undefined)
    return (
      <Empty title="Nothing has been published yet">
        <p>Packages live in organizations. Make one, or ask for an invitation to one.</p>
        <p class="actions">
          <a class="button" href={paths.newOrganization}>
            Create an organization
          </a>
        </p>
      </Empty>
    );
  return (
    <Empty title="Nothing has been published yet">
      <p>In the directory of a package, with a key that may publish:</p>
      <CopyBlock label={`Publish to ${organization} with mix`} text={publishLine(apiUrl, organization)} wrap />
      <p>
        <a href={paths.keys}>Make a key</a>
      </p>
    </Empty>
  );
}

function Pages({ asked, listing }: Pick<PackageListProps, 'asked' | 'listing'>) {
  const at = (page: number) =>
    paths.packageList({
      search: asked.search || undefined,
      sort: asked.sort === 'relevance' ? undefined : asked.sort,
      organization: asked.organization || undefined,
      page: page === 1 ? undefined : String(page),
    });
  const more = listing.items.length === PACKAGES_PER_PAGE && listing.total > asked.page * PACKAGES_PER_PAGE;
  const isPastCount = listing.total > 1000 && listing.items.length === PACKAGES_PER_PAGE;
  return (
    <Pager
      newer={asked.page > 1 ? at(asked.page - 1) : undefined}
      older={more || isPastCount ? at(asked.page + 1) : undefined}
      what={['Previous', 'Next']}
    />
  );
}
