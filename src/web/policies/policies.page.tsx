import { type Policy } from '../../policies/policy.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { may, organizationPage } from '../layout/organization-page.js';
import { type Sight } from '../organizations/organization-sights.js';
import { summaryOf } from './policy-words.js';

const LEAD =
  'Rules for what projects may depend on: how old a release has to be, which advisories and retirements are too much. Mix asks for them when it resolves dependencies, and leaves out the versions that they exclude.';

export function policiesPage(visitor: Visitor, sight: Sight, policies: readonly Policy[]): string {
  const { organization, role, standing } = sight;
  const manages = may(role, 'policies.manage');
  const make = (
    <a class="button" href={paths.newPolicy(organization.name)}>
      New policy
    </a>
  );
  return organizationPage(visitor, {
    ...{ organization, role, standing, title: 'Policies', tab: paths.policies(organization.name) },
    children: (
      <>
        <p class="lead">{LEAD}</p>
        {policies.length === 0 ? (
          <Card>
            <Empty title="No policies yet">
              {manages ? (
                <>
                  <p>A good beginning: releases at least seven days old, without advisories of high severity.</p>
                  <p>{make}</p>
                </>
              ) : (
                <p>An admin can make one. Projects use it once they ask for it by name.</p>
              )}
            </Empty>
          </Card>
        ) : (
          <>
            {manages && <p>{make}</p>}
            <Card flush>
              <PolicyTable organization={organization.name} policies={policies} />
            </Card>
          </>
        )}
      </>
    ),
  });
}

function PolicyTable({ organization, policies }: { organization: string; policies: readonly Policy[] }) {
  const rows = policies.map((policy) => ({
    key: policy.name,
    cells: [
      <span>
        <a class="policy-name" href={paths.policy(organization, policy.name)}>
          {policy.name}
        </a>
        {policy.description !== null && <span class="quiet small policy-about">{policy.description}</span>}
      </span>,
      <Rules policy={policy} />,
      <Badge tone={policy.visibility === 'public' ? 'accent' : 'plain'}>{policy.visibility}</Badge>,
      <When at={policy.updatedAt} />,
    ],
  }));
  return <Table caption="Policies" columns={['Name', 'Rules', 'Visible', 'Changed']} rows={rows} />;
}

function Rules({ policy: { repositories } }: { policy: Policy }) {
  if (repositories.length === 0) return <span class="quiet">none yet</span>;
  return (
    <ul class="policy-rules small">
      {repositories.map((one) => (
        <li key={one.repository}>
          <span class="mono">{one.repository}</span> <span class="quiet">{summaryOf(one)}</span>
        </li>
      ))}
    </ul>
  );
}
