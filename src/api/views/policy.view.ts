import { type Override, type RepositoryPolicy } from '../../hex/registry/policy.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { paths } from '../../platform/paths.js';
import { type Urls } from '../../platform/urls.js';
import { type Policy } from '../../policies/policy.entity.js';
import { iso } from './time.js';

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
