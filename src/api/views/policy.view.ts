import { severities } from '../../hex/registry/advisory.js';
import { type Override, overrideActions, type RepositoryPolicy, visibilities } from '../../hex/registry/policy.js';
import { retirementReasons } from '../../hex/registry/retirement.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { paths } from '../../platform/paths.js';
import { type Urls } from '../../platform/urls.js';
import { type Policy } from '../../policies/policy.entity.js';
import { iso, Time, Url } from './time.js';
import { z } from 'zod';

const reasons = z.enum(retirementReasons);
export const PolicyShape = z
  .strictObject({
    name: z.string(),
    description: z.string().nullable(),
    visibility: z.enum(visibilities),
    repositories: z.array(
      z.strictObject({
        repository: z.string(),
        restriction: z.strictObject({
          advisory_min_severity: z.enum(severities).nullable(),
          retirement_reasons: z.array(reasons),
          cooldown: z.string().nullable(),
        }),
        overrides: z.array(
          z.strictObject({
            action: z.enum(overrideActions),
            package: z.string(),
            requirement: z.string().nullable(),
            advisory_id: z.string().nullable(),
            retirement_reason: reasons.nullable(),
            comment: z.string().nullable(),
          }),
        ),
      }),
    ),
    revision: z.int(),
    url: Url,
    html_url: Url,
    repository_url: Url.meta({ description: 'The signed resource that clients fetch.' }),
    inserted_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Policy' });

/** With the names of fields as they are sent; `revision` grows with every change. */
export function policyView(urls: Urls, { name: organization }: Pick<Organization, 'name'>, policy: Policy) {
  const { name, description, visibility, repositories, revision, createdAt, updatedAt } = policy;
  return {
    ...{ name, description, visibility },
    repositories: repositories.map(repositoryView),
    revision: Number(revision),
    url: urls.api(`/orgs/${organization}/policies/${name}`),
    html_url: urls.page(paths.policy(organization, name)),
    /** The signed resource that clients fetch. */
    repository_url: `${urls.repository(organization)}/policies/${name}`,
    ...{ inserted_at: iso(createdAt), updated_at: iso(updatedAt) },
  };
}

const repositoryView = ({ repository, restriction, overrides }: RepositoryPolicy) => ({
  repository,
  restriction: {
    advisory_min_severity: restriction.advisoryMinSeverity,
    retirement_reasons: restriction.retirementReasons,
    cooldown: restriction.cooldown,
  },
  overrides: overrides.map(overrideView),
});

const overrideView = ({ action, package: name, requirement, advisoryId, retirementReason, comment }: Override) => ({
  ...{ action, package: name, requirement, advisory_id: advisoryId, retirement_reason: retirementReason, comment },
});
