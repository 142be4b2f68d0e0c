import { type ComponentChildren } from 'preact';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { When } from '../components/when.js';
import { isWebAddress, OutLink } from '../components/out-link.js';
import { Facts } from '../components/facts.js';
import { chartWords, DownloadChart, DownloadNumbers } from './download-chart.js';
import { bytes, counted } from './numbers.js';
import { type PackageSight } from './package-sights.js';
import { type ReleaseSight } from './release-sights.js';

const NEWEST = 6;

/** What one looks up about a release, beside its readme. */
export function ReleaseAside({ shown }: { shown: ReleaseSight }) {
  const { sight, days, downloads, ownDownloads } = shown;
  const { release } = sight;
  return (
    <aside class="stack" aria-label="About this release">
      <Card title="Release">
        <About sight={sight} />
      </Card>
      <Card title="Downloads">
        <DownloadChart days={days} />
        <p class="quiet small">{chartWords(days)}</p>
        <DownloadNumbers summary={downloads} />
        <p class="quiet small">
          {release.version} alone: {counted(ownDownloads, 'download')}
        </p>
      </Card>
      <Versions sight={sight} />
      <Card title="Checksums">
        <CopyBlock label="Outer, of the tarball" text={release.outerChecksum.toString('hex')} wrap />
        <CopyBlock label="Inner, of its contents" text={release.innerChecksum.toString('hex')} wrap />
      </Card>
    </aside>
  );
}

function About({ sight }: { sight: PackageSight }) {
  const { release, scope, owners } = sight;
  const { about, buildTools, elixir, app } = release.meta;
  const rows: (readonly [string, ComponentChildren])[] = [
    ['Published', <When at={release.createdAt} />],
    ['By', <Publisher sight={sight} />],
    ...(scope === undefined ? [['Owners', <Owners owners={owners} />] as const] : []),
    ...(scope !== undefined ? [['Organization', <a href={paths.organization(scope)}>{scope}</a>] as const] : []),
    ['Licences', about.licenses.length === 0 ? <span class="quiet">none given</span> : about.licenses.join(', ')],
    ...(safeLinks(about.links).length > 0 ? [['Links', <Links links={about.links} />] as const] : []),
    ['Built with', buildTools.length === 0 ? <span class="quiet">not said</span> : buildTools.join(', ')],
    ...(elixir === null ? [] : [['Elixir', <code>{elixir}</code>] as const]),
    ...(app === sight.pkg.name ? [] : [['Application', <code>{app}</code>] as const]),
    ['Size', bytes(release.size)],
  ];
  return <Facts rows={rows} narrow />;
}

/** A person is linked to; an organization's key, and who has gone, are names. */
function Publisher({ sight: { release, hasPublisher } }: { sight: PackageSight }) {
  if (!hasPublisher) return <>{release.publisherName}</>;
  return <a href={paths.user(release.publisherName)}>{release.publisherName}</a>;
}

/** An organization's page is its members' alone. */
function Owners({ owners }: Pick<PackageSight, 'owners'>) {
  return (
    <>
      {owners.map(({ userId, name }, index) => (
        <span key={userId}>
          {index > 0 && ', '}
          {userId === null ? name : <a href={paths.user(name)}>{name}</a>}
        </span>
      ))}
    </>
  );
}

/** Publishing has checked them; pages check once more, since a `javascript:` address would be a script of ours. */
const safeLinks = (links: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(links).filter(([, address]) => isWebAddress(address));

function Links({ links }: { links: Readonly<Record<string, string>> }) {
  return (
    <ul class="plain-list">
      {safeLinks(links).map(([label, address]) => (
        <li key={label}>
          <OutLink to={address}>{label}</OutLink> <span class="quiet small">{new URL(address).host}</span>
        </li>
      ))}
    </ul>
  );
}

function Versions({ sight: { versions, pkg, scope, release } }: { sight: PackageSight }) {
  return (
    <Card title="Newest versions">
      <ul class="plain-list">
        {versions.slice(0, NEWEST).map(({ id, version, createdAt, retirementReason }) => (
          <li key={id} class="row spread">
            <span>
              <a
                class="mono"
                href={paths.release(scope, pkg.name, version)}
                aria-current={version === release.version ? 'true' : undefined}
              >
                {version}
              </a>{' '}
              {retirementReason !== null && <Badge tone="bad">retired</Badge>}
            </span>
            <span class="quiet small">
              <When at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
      {versions.length > NEWEST && (
        <p class="small">
          <a href={paths.packageTab(scope, pkg.name, 'versions')}>{`All ${versions.length} versions`}</a>
        </p>
      )}
    </Card>
  );
}
