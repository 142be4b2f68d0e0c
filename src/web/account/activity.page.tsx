import { deviceOf } from '../../accounts/devices.js';
import { placeOf } from '../../accounts/places.js';
import { type User } from '../../accounts/user.entity.js';
import { type AuditEntry } from '../../audit/audit-entry.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Pager } from '../components/pager.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';
import { actionWords, detailsOf } from './activity-words.js';

export interface ActivityProps {
  readonly user: User;
  readonly entries: readonly AuditEntry[];
  readonly older: string | undefined;
  readonly newest: string | undefined;
}

export function activityPage(visitor: Visitor, { user, entries, older, newest }: ActivityProps): string {
  const rows = entries.map((entry) => ({
    key: entry.id,
    cells: [
      <span>
        {actionWords(entry.action)}
        <br />
        <span class="quiet small">{detailsOf(entry, user.name)}</span>
      </span>,
      entry.userId === user.id ? 'you' : entry.actorName,
      <Whereabouts entry={entry} user={user} />,
      <When at={entry.at} />,
    ],
  }));
  return accountPage(visitor, {
    ...{ title: 'Activity', section: paths.activity },
    lead: 'What was done to your account, and by whom. It cannot be changed.',
    children: (
      <>
        <Card flush={rows.length > 0}>
          {rows.length === 0 ? (
            <Empty title="Nothing here" />
          ) : (
            <Table caption="Activity" columns={['What', 'By', 'From', 'When']} rows={rows} />
          )}
        </Card>
        <Pager newer={newest} older={older} what={['Newest', 'Older']} />
      </>
    ),
  });
}

/** Where others are when they change something is not the reader's business. */
function Whereabouts({ entry: { userId, ip, userAgent, keyName }, user }: { entry: AuditEntry; user: User }) {
  if (userId !== user.id || ip === null) return <span class="quiet">–</span>;
  return (
    <span>
      {placeOf(ip)}
      <br />
      <span class="quiet small">
        {ip} · {keyName === null ? deviceOf(userAgent) : `key ${keyName}`}
      </span>
    </span>
  );
}
