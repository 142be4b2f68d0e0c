import { type RepositoryPolicy } from '../../hex/registry/policy.js';
import { type Policy } from '../../policies/policy.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Facts } from '../components/facts.js';
import { Consequences, PostButton } from '../components/form.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { may, organizationPage } from '../layout/organization-page.js';
import { type Sight } from '../organizations/organization-sights.js';
import { actionWords, cooldownWords, severityWords, subjectWords } from './policy-words.js';

export function policyPage(visitor: Visitor, sight: Sight, policy: Policy): string {
  const { organization, role, standing } = sight;
  const manages = may(role, 'policies.manage');
  return organizationPage(visitor, {
    ...{ organization, role, standing, title: policy.name, tab: paths.policies(organization.name) },
    children: (
      <div class="with-aside">
        <div class="stack">
          {policy.description !== null && <p class="lead">{policy.description}</p>}
          {manages && (
            <p>
              <a class="button button-plain" href={paths.editPolicy(organization.name, policy.name)}>
                Edit
              </a>
            </p>
          )}
          {policy.repositories.length === 0 && (
            <Card>
              <p class="quiet">It has no rules yet: everything is allowed.</p>
            </Card>
          )}
          {policy.repositories.map((one) => (
            <Rules key={one.repository} rules={one} />
          ))}
          <Use organization={organization.name} policy={policy.name} />
          {manages && <Delete organization={organization.name} policy={policy.name} />}
        </div>
        <aside class="stack organization-aside" aria-label="About this policy">
          <Card title="About">
            <About policy={policy} />
          </Card>
        </aside>
      </div>
    ),
  });
}

function About({ policy: { visibility, createdAt, updatedAt } }: { policy: Policy }) {
  const who = visibility === 'public' ? 'Everybody, also without a key.' : 'Those who may fetch your packages.';
  return (
    <>
      <Facts
        rows={[
          ['Visible', <Badge tone={visibility === 'public' ? 'accent' : 'plain'}>{visibility}</Badge>],
          ['Changed', <When at={updatedAt} />],
          ['Made', <When at={createdAt} date />],
        ]}
      />
      <p class="quiet small">{who}</p>
    </>
  );
}

function Rules({ rules: { repository, restriction, overrides } }: { rules: RepositoryPolicy }) {
  const { advisoryMinSeverity: severity, retirementReasons: reasons, cooldown } = restriction;
  const age = cooldownWords(cooldown);
  const none = <span class="quiet">no rule</span>;
  return (
    <Card title={`Packages of ${repository}`} flush={overrides.length > 0}>
      <Facts
        rows={[
          ['Age', age === null ? none : `at least ${age}; younger releases are left out`],
          [
            'Advisories',
            severity === null ? none : `left out ${severity === 'none' ? 'with' : 'when'} ${severityWords[severity]}`,
          ],
          ['Retired', reasons.length === 0 ? none : `left out when retired as ${reasons.join(', ')}`],
        ]}
      />
      {overrides.length > 0 && <Overrides repository={repository} overrides={overrides} />}
    </Card>
  );
}

function Overrides({ repository, overrides }: Pick<RepositoryPolicy, 'repository' | 'overrides'>) {
  const rows = overrides.map((override, index) => ({
    key: String(index),
    cells: [
      <span class="mono">
        {override.package} <span class="quiet">{override.requirement}</span>
      </span>,
      <span class="row">
        <Badge tone={actionWords[override.action].tone}>{actionWords[override.action].label}</Badge>
        {subjectWords(override) !== null && <span class="mono small">{subjectWords(override)}</span>}
      </span>,
      override.comment ?? <span class="quiet">–</span>,
    ],
  }));
  return (
    <Table caption={`Exceptions for packages of ${repository}`} columns={['Exception', 'What', 'Why']} rows={rows} />
  );
}

function Use({ organization, policy }: { organization: string; policy: string }) {
  return (
    <Card
      title="Use it"
      lead={
        <>
          From Hex 2.5 on. Versions that a project has locked already are not touched; <code>mix hex.policy why</code>{' '}
          tells why one is left out.
        </>
      }
    >
      <h3>Where dependencies say organization: "{organization}"</h3>
      <CopyBlock label="Once" text={`HEX_POLICY=hexpm:${organization}/${policy} mix deps.get`} />
      <CopyBlock
        label="For the project, in mix.exs"
        text={`hex: [policy: [org: "${organization}", name: "${policy}"]]`}
      />
      <h3>Where dependencies say repo: "{organization}"</h3>
      <CopyBlock label="Once" text={`HEX_POLICY=${organization}/${policy} mix deps.get`} />
      <CopyBlock
        label="For the project, in mix.exs"
        text={`hex: [policy: [repo: "${organization}", name: "${policy}"]]`}
      />
    </Card>
  );
}

function Delete({ organization, policy }: { organization: string; policy: string }) {
  return (
    <Card title="Delete" tone="danger">
      <Consequences summary="Delete the policy">
        <p>
          Take it out of the projects that ask for it first: Hex does not go on without the policy that it was told to
          follow. Machines that have it in their cache keep to what it said last, all others can no longer resolve
          dependencies.
        </p>
        <PostButton action={paths.deletePolicy(organization, policy)} tone="danger">
          Delete {policy}
        </PostButton>
      </Consequences>
    </Card>
  );
}
