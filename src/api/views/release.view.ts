import { type Concern, concerning } from '../../advisories/advisories.js';
import { scopeOf, type Repository } from '../../organizations/repository.entity.js';
import { type Package } from '../../packages/package.entity.js';
import { type Release } from '../../packages/release.entity.js';
import { type ReleaseDetails } from '../../packages/releases.js';
import { type Urls } from '../../platform/urls.js';
import { concernView } from './advisory.view.js';
import { installSnippets } from './install-snippets.js';
import { iso } from './time.js';
import { userReference } from './user.view.js';

export const retirementView = (release: Release) =>
  release.retirementReason === null ? null : { reason: release.retirementReason, message: release.retirementMessage };

/** `concerns`: all that is known against the package. `retirement` must be there even when null: without the key mix takes the release for retired (hex-protocol.md 3.2). */
export function releaseView(
  urls: Urls,
  repository: Repository,
  pkg: Package,
  release: Release,
  { requirements, publisherEmail }: ReleaseDetails,
  concerns: readonly Concern[],
  downloads: number,
) {
  const scope = scopeOf(repository);
  return {
    version: release.version,
    checksum: release.outerChecksum.toString('hex'),
    has_docs: release.docsKey !== null,
    inserted_at: iso(release.createdAt),
    updated_at: iso(release.updatedAt),
    retirement: retirementView(release),
    package_url: urls.package(scope, pkg.name),
    url: urls.release(scope, pkg.name, release.version),
    html_url: urls.releasePage(scope, pkg.name, release.version),
    docs_html_url: null,
    requirements: Object.fromEntries(
      requirements.map(({ name, requirement, app, optional }) => [name, { requirement, app, optional }]),
    ),
    configs: installSnippets(scope, pkg.name, release),
    meta: { app: release.meta.app, build_tools: release.meta.buildTools, elixir: release.meta.elixir },
    downloads,
    publisher: publisherView(urls, release, publisherEmail),
    security_advisories: concerning(concerns, release.version).map((one) => concernView(urls, scope, pkg.name, one)),
  };
}

function publisherView(urls: Urls, { publisherId, publisherName }: Release, email: string | null) {
  return publisherId === null ? null : { ...userReference(urls, publisherName), ...(email !== null && { email }) };
}
