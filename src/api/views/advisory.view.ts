import { type Concern } from '../../advisories/advisories.js';
import { requirementsOf } from '../../advisories/affected.js';
import { type AdvisedPackage, type Advisory } from '../../advisories/advisory.entity.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull } from './time.js';

/** Of a package or one of its releases (hex-server-facts.md 2.8); `scope` undefined: the public repository. */
export const concernView = (urls: Urls, scope: string | undefined, pkg: string, { advisory, affected }: Concern) => ({
  ...about(advisory),
  affected: requirementsOf(affected),
  api_url: urls.advisory(scope, advisory.id),
  html_url: urls.advisoryPage(scope, pkg, advisory),
});

/** By itself: with all that it says of packages of the repository. */
export const advisoryView = (
  urls: Urls,
  scope: string | undefined,
  advisory: Advisory,
  packages: readonly AdvisedPackage[],
) => ({
  ...about(advisory),
  details: advisory.details,
  packages: Object.fromEntries(packages.map(({ package: name, affected }) => [name, requirementsOf(affected)])),
  api_url: urls.advisory(scope, advisory.id),
  html_url: urls.advisoryPage(scope, packages[0]?.package ?? '', advisory),
});

function about(advisory: Advisory) {
  const { id, summary, aliases, publishedAt, modifiedAt, withdrawnAt, vector, score, severity, references } = advisory;
  return {
    ...{ id, summary, aliases, published_at: isoOrNull(publishedAt), modified_at: iso(modifiedAt) },
    ...{ withdrawn_at: isoOrNull(withdrawnAt), cvss_vector: vector, cvss_score: score, cvss_rating: severity },
    references: references.map(({ type, url }) => ({ type, url })),
  };
}
