import { type Dependent } from '../../packages/dependents.queries.js';
import { type Listing } from '../../packages/searching.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Pager } from '../components/pager.js';
import { type Visitor } from '../http/visitor.js';
import { bounded } from './numbers.js';
import { packagePage, ROWS_PER_PAGE } from './package-frame.js';
import { scopesOf } from './package-list.page.js';
import { PackageRows } from './package-rows.js';
import { type PackageSight } from './package-sights.js';

/** Packages the visitor may see whose recommended release requires this one. */
export function dependentsPage(
  visitor: Visitor,
  sight: PackageSight,
  page: number,
  { items, total }: Listing<Dependent>,
): string {
  const { pkg, scope, readable } = sight;
  const at = (to: number) => paths.packageTab(scope, pkg.name, 'dependents', to === 1 ? undefined : String(to));
  const requirementOf = new Map(items.map(({ id, requirement, optional }) => [id, { requirement, optional }]));
  return packagePage(visitor, {
    ...{ sight, tab: 'dependents' },
    children: (
      <>
        <Card
          title={`${bounded(total)} ${total === 1 ? 'package depends' : 'packages depend'} on it`}
          flush={items.length > 0}
        >
          {items.length === 0 ? (
            <Empty title={page > 1 ? 'The list ends before this page' : 'Nothing depends on it'}>
              {page === 1 && <p>Only packages that you may read are looked at, in their recommended version.</p>}
            </Empty>
          ) : (
            <PackageRows
              packages={items}
              scopes={scopesOf(readable)}
              note={({ id }) => (
                <p class="small">
                  requires <code>{requirementOf.get(id)?.requirement}</code>
                  {requirementOf.get(id)?.optional && ', optionally'}
                </p>
              )}
            />
          )}
        </Card>
        <Pager
          newer={page > 1 ? at(page - 1) : undefined}
          older={items.length === ROWS_PER_PAGE ? at(page + 1) : undefined}
          what={['Previous', 'Next']}
        />
      </>
    ),
  });
}
