import { deviceOf } from '../../accounts/devices.js';
import { placeOf } from '../../accounts/places.js';
import { type Session } from '../../accounts/session.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Consequences, PostButton } from '../components/form.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';
import { GrantsPanel, type GrantsPanelProps } from '../oauth/grants-panel.js';

export interface SessionsProps extends GrantsPanelProps {
  readonly sessions: readonly Session[];
  readonly current: Session;
}

export function sessionsPage(visitor: Visitor, { sessions, current, grants, clients }: SessionsProps): string {
  const hasOthers = sessions.length > 1 || grants.length > 0;
  return accountPage(visitor, {
    ...{ title: 'Sessions', section: paths.sessions },
    lead: 'Where your account is logged in. End what you do not know, and set a new password then.',
    children: (
      <>
        <Card title="Browsers" flush>
          <ul class="list">
            {sessions.map((session) => (
              <Row key={session.id} {...{ session, isCurrent: session.id === current.id }} />
            ))}
          </ul>
        </Card>
        <GrantsPanel grants={grants} clients={clients} />
        {hasOthers && (
          <Card title="All of the others at once" tone="danger">
            <Consequences summary="Log out everywhere else">
              <p>Every other browser, and every application and machine above, has to log in anew. API keys stay.</p>
              <PostButton action={`${paths.sessions}/revoke-others`} tone="danger">
                End all others
              </PostButton>
            </Consequences>
          </Card>
        )}
      </>
    ),
  });
}

function Row({ session, isCurrent }: { session: Session; isCurrent: boolean }) {
  const { id, ip, userAgent, method, createdAt, lastUsedAt } = session;
  const device = deviceOf(userAgent);
  return (
    <li>
      <div class="list-main">
        <p class="row">
          {device.charAt(0).toUpperCase() + device.slice(1)}
          {isCurrent && <Badge tone="good">this one</Badge>}
        </p>
        <p class="quiet">
          {placeOf(ip)}
          {ip && ` · ${ip}`}
        </p>
        <p class="quiet">
          Used <When at={lastUsedAt} />, logged in <When at={createdAt} /> by {method}
        </p>
      </div>
      <PostButton
        {...{ action: `${paths.sessions}/${id}/revoke`, tone: 'plain', small: true }}
        label={isCurrent ? 'Log out here' : `Log out ${device}`}
      >
        Log out
      </PostButton>
    </li>
  );
}
