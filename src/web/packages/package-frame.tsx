import { type ComponentChildren } from 'preact';
import { type RetirementReason } from '../../packages/release.entity.js';
import { type Concern, concerning } from '../../advisories/advisories.js';
import { requirementsOf } from '../../advisories/affected.js';
import { severities } from '../../hex/registry/advisory.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Notice } from '../components/notice.js';
import { OutLink } from '../components/out-link.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { bounded } from './numbers.js';
import { type PackageSight } from './package-sights.js';

export const tabs = ['versions', 'dependencies', 'dependents', 'owners'] as const;
/** Of the lists behind the tabs. */
export const ROWS_PER_PAGE = 50;
export type Tab = (typeof tabs)[number];

/** What each mark says to those who are about to use the release. */
export const retirementWords: Record<RetirementReason, string> = {
  other: 'It should not be used any more.',
  invalid: 'It is broken: it does not do what it says.',
  security: 'It has a security problem.',
  deprecated: 'It is no longer maintained.',
  renamed: 'The package has another name now.',
};

export interface PackageFrame {
  readonly sight: PackageSight;
  /** Undefined: the page of the package or of the version itself. */
  readonly tab?: Tab | undefined;
  readonly children: ComponentChildren;
}

/** A page of a package: its name, what must not be overlooked, tabs. */
export function packagePage(visitor: Visitor, frame: PackageFrame): string {
  const { sight, tab, children } = frame;
  const { pkg, release, scope } = sight;
  return sitePage(visitor, {
    title: `${pkg.name} ${release.version}${tab === undefined ? '' : `, ${tab}`}${scope === undefined ? '' : ` · ${scope}`}`,
    children: (
      <div class="stack package">
        <Head sight={sight} />
        <Warnings sight={sight} />
        <Tabs {...frame} />
        {children}
      </div>
    ),
  });
}

function Head({ sight: { pkg, release, scope } }: { sight: PackageSight }) {
  return (
    <div class="page-head">
      <p class="package-scope small">
        {scope === undefined ? (
          <a href={paths.packageList({ ...NO_SEARCH, organization: 'public' })}>public packages</a>
        ) : (
          <a href={paths.organization(scope)}>{scope}</a>
        )}
      </p>
      <div class="row">
        <h1>{pkg.name}</h1>
        <Badge tone={release.retirementReason === null ? 'accent' : 'bad'}>{release.version}</Badge>
        {scope !== undefined && <Badge>private</Badge>}
      </div>
      {release.meta.about.description && <p class="lead package-words">{release.meta.about.description}</p>}
    </div>
  );
}

const NO_SEARCH = { search: undefined, sort: undefined, organization: undefined, page: undefined };

function Warnings({ sight }: { sight: PackageSight }) {
  const { organization, standing, pkg, release, scope, recommended } = sight;
  const { retirementReason: reason, retirementMessage: message } = release;
  return (
    <>
      {reason !== null && (
        <Notice tone="bad" title={`${release.version} has been retired`}>
          <p>
            {retirementWords[reason]} {message && <q>{message}</q>} Projects that have it locked keep working.
          </p>
        </Notice>
      )}
      <KnownAdvisories sight={sight} />
      {release.version !== recommended && (
        <Notice title={`This is not the version to use`}>
          <p>
            The recommended one is <a href={paths.package(scope, pkg.name)}>{recommended}</a>.
          </p>
        </Notice>
      )}
      {standing !== null && !standing.fetching && (
        <Notice
          tone="warn"
          title={`${organization!.name} is ${standing.state === 'blocked' ? 'blocked' : 'not paid for'}`}
        >
          <p>Pages can be read, but packages cannot be fetched or published until an admin has settled it.</p>
        </Notice>
      )}
    </>
  );
}

/** Of the release in sight; the worst first. */
function KnownAdvisories({ sight: { concerns, release, pkg, scope, advisoryPage } }: { sight: PackageSight }) {
  const found = concerning(concerns, release.version).toSorted((a, b) => rank(b) - rank(a));
  if (found.length === 0) return null;
  const many = found.length === 1 ? 'a known security problem' : `${found.length} known security problems`;
  return (
    <Notice tone="bad" title={`${release.version} has ${many}`}>
      <ul class="advisories">
        {found.map(({ advisory, affected }) => (
          <li key={advisory.id}>
            <span class="row">
              <OutLink to={advisoryPage(scope, pkg.name, advisory)}>{advisory.id}</OutLink>
              <Badge tone="bad">{advisory.severity ?? 'severity unknown'}</Badge>
            </span>
            <span>{advisory.summary}</span>
            <span class="quiet small mono">{requirementsOf(affected).join(' or ')}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** What nobody has rated counts as the worst, as it does for clients. */
const rank = ({ advisory: { severity } }: Concern): number =>
  severity === null ? severities.length : severities.indexOf(severity);

function Tabs({ sight, tab }: PackageFrame) {
  const { pkg, scope, versions, dependents, requirements, release, recommended } = sight;
  const own =
    release.version === recommended ? paths.package(scope, pkg.name) : paths.release(scope, pkg.name, release.version);
  const at = (name: Tab) => (name === 'dependencies' ? `${own}?tab=${name}` : paths.packageTab(scope, pkg.name, name));
  const link = (name: Tab, label: string, count: string) => (
    <a href={at(name)} aria-current={tab === name ? 'page' : undefined}>
      {label} <span class="tab-count">{count}</span>
    </a>
  );
  return (
    <nav class="tabs" aria-label={`Package ${pkg.name}`}>
      <a href={own} aria-current={tab === undefined ? 'page' : undefined}>
        Overview
      </a>
      {link('versions', 'Versions', String(versions.length))}
      {link('dependencies', 'Dependencies', String(requirements.length))}
      {link('dependents', 'Dependents', bounded(dependents))}
      {scope === undefined && link('owners', 'Owners', String(sight.owners.length))}
    </nav>
  );
}
