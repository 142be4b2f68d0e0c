import { type Concern, concerning } from '../../advisories/advisories.js';
import { scopeOf, type Repository } from '../../organizations/repository.entity.js';
import { type Package } from '../../packages/package.entity.js';
import { type Release, retirementReasons } from '../../packages/release.entity.js';
import { type ReleaseDetails } from '../../packages/releases.js';
import { type Urls } from '../../platform/urls.js';
import { ConcernShape, concernView } from './advisory.view.js';
import { installSnippets } from './install-snippets.js';
import { iso, Time, Url } from './time.js';
import { UserReference, userReference } from './user.view.js';
import { z } from 'zod';

export const RetirementShape = z
  .strictObject({ reason: z.enum(retirementReasons), message: z.string().nullable() })
  .meta({ id: 'Retirement' });
export const ConfigsShape = z
  .strictObject({ 'mix.exs': z.string(), 'rebar.config': z.string(), 'erlang.mk': z.string() })
  .meta({ id: 'Configs', description: "Lines to paste into a project's files." });
export const ReleaseShape = z
  .strictObject({
    version: z.string(),
    checksum: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'SHA-256 of the tarball.' }),
    has_docs: z.boolean(),
    inserted_at: Time,
    updated_at: Time,
    retirement: RetirementShape.nullable(),
    package_url: Url,
    url: Url,
    html_url: Url,
    docs_html_url: Url.nullable(),
    requirements: z.record(
      z.string(),
      z.strictObject({ requirement: z.string(), app: z.string(), optional: z.boolean() }),
    ),
    configs: ConfigsShape,
    meta: z.strictObject({ app: z.string(), build_tools: z.array(z.string()), elixir: z.string().nullable() }),
    downloads: z
      .union([z.int(), z.array(z.tuple([z.string(), z.int()]))])
      .meta({ description: 'A number; a list of `[period, number]` where it was asked for by day or month.' }),
    publisher: UserReference.extend({ email: z.string().optional() }).nullable(),
    security_advisories: z.array(ConcernShape),
  })
  .meta({ id: 'Release' });

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
  downloads: number | readonly (readonly [string, number])[],
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
