import { type Concern } from '../../advisories/advisories.js';
import { requirementsOf } from '../../advisories/affected.js';
import { type AdvisedPackage, type Advisory } from '../../advisories/advisory.entity.js';
import { severities } from '../../hex/registry/advisory.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull, Time, Url } from './time.js';
import { z } from 'zod';

const About = z.strictObject({
  id: z.string(),
  summary: z.string(),
  aliases: z.array(z.string()),
  published_at: Time.nullable(),
  modified_at: Time,
  withdrawn_at: Time.nullable(),
  cvss_vector: z.string().nullable(),
  cvss_score: z.number().nullable(),
  cvss_rating: z.enum(severities).nullable(),
  references: z.array(z.strictObject({ type: z.string(), url: z.string() })),
  api_url: Url,
  html_url: Url,
});
const Affected = z.array(z.string()).meta({ description: 'Requirements: the versions that meet one of them.' });
export const ConcernShape = About.extend({ affected: Affected }).meta({ id: 'SecurityAdvisoryOfPackage' });
export const AdvisoryShape = About.extend({
  details: z.string().nullable(),
  packages: z.record(z.string(), Affected),
}).meta({ id: 'SecurityAdvisory' });

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
