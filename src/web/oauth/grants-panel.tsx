import { type Grant } from '../../accounts/grant.entity.js';
import { type OAuthClient } from '../../accounts/oauth-client.entity.js';
import { placeOf } from '../../accounts/places.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { PostButton } from '../components/form.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { permissionWords } from '../keys/permission-words.js';

export interface GrantsPanelProps {
  /** `grants.list(user.id)` */
  readonly grants: readonly Grant[];
  /** `oauthClients.byIds(grants.map(({ clientId }) => clientId))` */
  readonly clients: readonly OAuthClient[];
}

/** The programs and machines that act for somebody, for the page of their sessions. Its buttons are handled in this folder. */
export function GrantsPanel({ grants, clients }: GrantsPanelProps) {
  const programOf = ({ clientId }: Grant) => clients.find(({ id }) => id === clientId)?.name ?? 'a program';
  const rows = grants.map((grant) => ({
    key: grant.id,
    cells: [
      <span>
        <strong>{grant.name ?? programOf(grant)}</strong>
        {grant.name !== null && <span class="quiet small"> · {programOf(grant)}</span>}
      </span>,
      <span class="row">
        {grant.permissions.map((permission) => (
          <Badge key={permissionWords(permission)}>{permissionWords(permission)}</Badge>
        ))}
      </span>,
      <LastUse of={grant} />,
      <When at={grant.expiresAt} />,
      <PostButton
        action={paths.revokeGrant(grant.id)}
        tone="plain"
        small
        label={`Log out ${grant.name ?? programOf(grant)}`}
      >
        Log out
      </PostButton>,
    ],
  }));
  const lead = 'Logged in through a code or a consent page, such as by “mix hex.user auth”. Each ends after 30 days.';
  return (
    <Card title="Applications and machines" lead={lead} flush={rows.length > 0} id="applications">
      {rows.length === 0 ? (
        <Empty title="No program acts for you" />
      ) : (
        <Table caption="Applications and machines" columns={['Machine', 'May', 'Last use', 'Ends', '']} rows={rows} />
      )}
    </Card>
  );
}

function LastUse({ of: { lastUsedAt, lastUsedIp, createdAt } }: { of: Grant }) {
  if (lastUsedAt === null)
    return (
      <span class="quiet">
        not yet; allowed <When at={createdAt} />
      </span>
    );
  return (
    <span>
      <When at={lastUsedAt} />
      <br />
      <span class="quiet small">
        {placeOf(lastUsedIp)} · {lastUsedIp}
      </span>
    </span>
  );
}
