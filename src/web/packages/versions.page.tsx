import { concerning } from '../../advisories/advisories.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Pager } from '../components/pager.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { number } from './numbers.js';
import { packagePage, ROWS_PER_PAGE } from './package-frame.js';
import { type PackageSight } from './package-sights.js';

/** Every version, the newest first; `downloads` by release id. */
export function versionsPage(
  visitor: Visitor,
  sight: PackageSight,
  page: number,
  downloads: ReadonlyMap<string, number>,
): string {
  const { versions, pkg, scope, recommended, concerns } = sight;
  const shown = versions.slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE);
  const at = (to: number) => paths.packageTab(scope, pkg.name, 'versions', to === 1 ? undefined : String(to));
  const rows = shown.map(({ id, version, createdAt, retirementReason }) => ({
    key: id,
    cells: [
      <span class="row">
        <a class="mono" href={paths.release(scope, pkg.name, version)}>
          {version}
        </a>
        {version === recommended && <Badge tone="good">recommended</Badge>}
        {concerning(concerns, version).length > 0 && <Badge tone="bad">security advisory</Badge>}
        {retirementReason !== null && <Badge tone="bad">{`retired: ${retirementReason}`}</Badge>}
      </span>,
      <When at={createdAt} />,
      number(downloads.get(id) ?? 0),
    ],
  }));
  return packagePage(visitor, {
    ...{ sight, tab: 'versions' },
    children: (
      <>
        <Card title={versions.length === 1 ? '1 version' : `${versions.length} versions`} flush>
          <Table caption={`Versions of ${pkg.name}`} columns={['Version', 'Published', 'Downloads']} rows={rows} />
        </Card>
        <Pager
          newer={page > 1 ? at(page - 1) : undefined}
          older={versions.length > page * ROWS_PER_PAGE ? at(page + 1) : undefined}
        />
      </>
    ),
  });
}
