import { type ComponentChildren } from 'preact';
import { type ListedPackage } from '../../packages/searching.queries.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { When } from '../components/when.js';
import { counted } from './numbers.js';

/** Where the packages of a list lie: from a repository's id to the name that addresses have; undefined: the public one. */
export type Scopes = ReadonlyMap<string, string | undefined>;

export interface PackageRowsProps {
  readonly packages: readonly ListedPackage[];
  readonly scopes: Scopes;
  /** Said of each besides. */
  readonly note?: (pkg: ListedPackage) => ComponentChildren;
}

const DESCRIPTION = 240;

/** Packages as a list; each with the little that tells whether it is the one. */
export function PackageRows({ packages, scopes, note }: PackageRowsProps) {
  return (
    <ul class="list package-rows">
      {packages.map((pkg) => (
        <li key={pkg.id}>
          <PackageRow pkg={pkg} scope={scopes.get(pkg.repositoryId)} note={note?.(pkg)} />
        </li>
      ))}
    </ul>
  );
}

function PackageRow({ pkg, scope, note }: { pkg: ListedPackage; scope: string | undefined; note: ComponentChildren }) {
  const version = pkg.latestStableVersion ?? pkg.latestVersion;
  return (
    <>
      <div class="list-main">
        <p class="package-row-name">
          <a href={paths.package(scope, pkg.name)}>{pkg.name}</a>
          {version && <span class="quiet mono">{version}</span>}
          {scope === undefined ? <Badge>public</Badge> : <Badge tone="accent">{scope}</Badge>}
        </p>
        {pkg.description && <p class="quiet package-row-words">{shortened(pkg.description)}</p>}
        {note}
      </div>
      <p class="package-row-facts quiet small">
        <span>
          updated <When at={pkg.updatedAt} />
        </span>
        <span>{counted(pkg.downloads, 'download')}</span>
      </p>
    </>
  );
}

const shortened = (text: string): string => (text.length <= DESCRIPTION ? text : `${text.slice(0, DESCRIPTION)}…`);
