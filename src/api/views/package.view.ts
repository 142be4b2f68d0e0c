import { type Concern } from '../../advisories/advisories.js';
import { scopeOf, type Repository } from '../../organizations/repository.entity.js';
import { type DownloadSummary } from '../../packages/downloads.js';
import { ownerLevels } from '../../packages/package-owner.entity.js';
import { type NamedOwner } from '../../packages/owners.js';
import { latestStable, type PackageWithReleases, recommended } from '../../packages/packages.js';
import { type Urls } from '../../platform/urls.js';
import { ConcernShape, concernView } from './advisory.view.js';
import { installSnippets } from './install-snippets.js';
import { ConfigsShape, RetirementShape, retirementView } from './release.view.js';
import { iso, Time, Url } from './time.js';
import { UserReference, userReference } from './user.view.js';
import { z } from 'zod';

export const OwnerShape = UserReference.extend({
  email: z.string().meta({ description: 'The name where no address is shown.' }),
  level: z.enum(ownerLevels),
}).meta({ id: 'Owner' });
export const PackageShape = z
  .strictObject({
    repository: z.string(),
    name: z.string(),
    url: Url,
    html_url: Url,
    docs_html_url: Url.nullable(),
    latest_version: z.string(),
    latest_stable_version: z.string().nullable(),
    configs: ConfigsShape,
    meta: z.strictObject({
      description: z.string(),
      licenses: z.array(z.string()),
      links: z.record(z.string(), z.string()),
      maintainers: z.array(z.string()),
    }),
    releases: z
      .array(z.strictObject({ version: z.string(), url: Url, has_docs: z.boolean(), inserted_at: Time }))
      .meta({ description: 'Newest first.' }),
    retirements: z.record(z.string(), RetirementShape).meta({ description: 'By version.' }),
    security_advisories: z.array(ConcernShape),
    downloads: z.strictObject({ all: z.int(), recent: z.int(), week: z.int(), day: z.int() }),
    inserted_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Package' });
export const PackageWithOwners = PackageShape.extend({ owners: z.array(OwnerShape) }).meta({ id: 'PackageWithOwners' });

export interface ShownPackage extends PackageWithReleases {
  readonly downloads: DownloadSummary;
  readonly concerns: readonly Concern[];
}

/** `releases` newest first. `downloads` and a description that is text must be there: rebar3_hex crashes without them. */
export function packageView(urls: Urls, repository: Repository, { pkg, releases, downloads, concerns }: ShownPackage) {
  const scope = scopeOf(repository);
  return {
    repository: repository.name,
    name: pkg.name,
    url: urls.package(scope, pkg.name),
    html_url: urls.packagePage(scope, pkg.name),
    docs_html_url: null,
    latest_version: releases[0]!.version,
    latest_stable_version: latestStable(releases)?.version ?? null,
    configs: installSnippets(scope, pkg.name, recommended(releases)),
    meta: {
      description: pkg.meta.description ?? '',
      licenses: pkg.meta.licenses,
      links: pkg.meta.links,
      maintainers: pkg.meta.maintainers,
    },
    releases: releases.map((release) => ({
      version: release.version,
      url: urls.release(scope, pkg.name, release.version),
      has_docs: release.docsKey !== null,
      inserted_at: iso(release.createdAt),
    })),
    retirements: Object.fromEntries(
      releases
        .filter((release) => release.retirementReason !== null)
        .map((release) => [release.version, retirementView(release)]),
    ),
    security_advisories: concerns.map((one) => concernView(urls, scope, pkg.name, one)),
    downloads: { ...downloads },
    inserted_at: iso(pkg.createdAt),
    updated_at: iso(pkg.updatedAt),
  };
}

/**
 * mix and rebar3_hex show of an owner nothing but `email`, and take a name wherever they take an address: who shows no
 * address is shown by name.
 */
export const ownerView = (urls: Urls, { userId, name, email, level }: NamedOwner) => ({
  ...(userId === null ? { username: name, url: urls.api(`/orgs/${name}`) } : userReference(urls, name)),
  email: email ?? name,
  level,
});
