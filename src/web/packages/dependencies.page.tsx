import { type Requirement } from '../../packages/requirement.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Table } from '../components/table.js';
import { type Visitor } from '../http/visitor.js';
import { packagePage } from './package-frame.js';
import { type PackageSight } from './package-sights.js';

/** How a package's metadata names hex.pm's own repository, whatever runs here. */
const HEX_PM = 'hexpm';

/** What the release in sight requires; `known` are the names of those that are in the public repository here. */
export function dependenciesPage(visitor: Visitor, sight: PackageSight, known: ReadonlySet<string>): string {
  const { requirements, release, pkg } = sight;
  const rows = requirements.map((requirement) => ({
    key: requirement.id,
    cells: [
      <span class="row">
        <Required requirement={requirement} sight={sight} known={known} />
        {requirement.optional && <Badge>optional</Badge>}
      </span>,
      <code>{requirement.requirement}</code>,
      requirement.repository,
    ],
  }));
  return packagePage(visitor, {
    ...{ sight, tab: 'dependencies' },
    children: (
      <Card title={`What ${release.version} requires`} flush={rows.length > 0}>
        {rows.length === 0 ? (
          <Empty title="It stands alone">
            <p>{`${pkg.name} ${release.version} requires no other package.`}</p>
          </Empty>
        ) : (
          <Table
            caption={`Dependencies of ${pkg.name} ${release.version}`}
            columns={['Package', 'Requirement', 'Repository']}
            rows={rows}
          />
        )}
      </Card>
    ),
  });
}

/** A link to our page of it where it lives here, else to hex.pm's. */
function Required({
  requirement: { name, repository },
  sight,
  known,
}: {
  requirement: Requirement;
  sight: PackageSight;
  known: ReadonlySet<string>;
}) {
  if (repository === sight.repository.name) return <a href={paths.package(sight.scope, name)}>{name}</a>;
  if (repository === sight.publicRepository && known.has(name))
    return <a href={paths.package(undefined, name)}>{name}</a>;
  if (repository !== HEX_PM) return <>{name}</>;
  return (
    <a href={`https://hex.pm/packages/${encodeURIComponent(name)}`} rel="noopener">
      {name}
    </a>
  );
}
