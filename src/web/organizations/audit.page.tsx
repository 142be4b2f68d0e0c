import { type AuditEntry } from '../../audit/audit-entry.entity.js';
import { type TrailPage } from '../../audit/trail.js';
import { placeOf } from '../../accounts/places.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Empty } from '../components/empty.js';
import { Field, Select, Submit } from '../components/form.js';
import { Pager } from '../components/pager.js';
import { When } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { organizationPage } from '../layout/organization-page.js';
import { type AskedLog } from './asked-log.js';
import { actionWords, detailsOf } from './audit-words.js';
import { type Sight } from './organization-sights.js';

export interface AuditProps {
  readonly asked: AskedLog;
  readonly page: TrailPage;
  /** Every kind of act there has been. */
  readonly actions: readonly string[];
}

const given = ({ action, actor, from, to }: AskedLog) => ({
  ...{ action: action || undefined, actor: actor || undefined, from: from || undefined, to: to || undefined },
});

export function auditPage(
  visitor: Visitor,
  { organization, role, standing }: Sight,
  { asked, page, actions }: AuditProps,
): string {
  const { name } = organization;
  const filter = given(asked);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return organizationPage(visitor, {
    ...{ organization, role, standing, title: 'Audit log', tab: paths.audit(name) },
    children: (
      <>
        <Filter name={name} asked={asked} actions={actions} />
        <Card
          title={isFiltered ? 'What fits' : 'What happened'}
          aside={
            <span class="row small">
              <a href={paths.auditPage(name, filter, '.csv')}>Export as CSV</a>
              <a href={paths.auditPage(name, filter, '.jsonl')}>as JSON lines</a>
            </span>
          }
          flush={page.entries.length > 0}
        >
          {page.entries.length === 0 ? (
            <Empty title="Nothing fits">
              <p>
                <a href={paths.audit(name)}>Show the whole log</a>
              </p>
            </Empty>
          ) : (
            <ol class="list audit-log">
              {page.entries.map((entry) => (
                <li key={entry.id}>
                  <Entry entry={entry} name={name} />
                </li>
              ))}
            </ol>
          )}
        </Card>
        <Pager
          newer={asked.after === undefined ? undefined : paths.auditPage(name, filter)}
          older={page.next === null ? undefined : paths.auditPage(name, { ...filter, after: page.next })}
          what={['Newest', 'Older']}
        />
      </>
    ),
  });
}

function Filter({ name, asked, actions }: { name: string; asked: AskedLog; actions: readonly string[] }) {
  const options = [
    { value: '', label: 'everything' },
    ...actions.map((one) => ({ value: one, label: actionWords(one) })),
  ];
  return (
    <form method="get" action={paths.audit(name)} class="form form-inline" role="search" aria-label="Audit log">
      <Select name="action" label="What" options={options} value={asked.action} />
      <Field name="actor" label="Who" value={asked.actor} autocomplete="off" maxLength={200} />
      <Field name="from" label="From" type="date" value={asked.from} />
      <Field name="to" label="To" type="date" value={asked.to} />
      <Submit tone="plain">Filter</Submit>
    </form>
  );
}

function Entry({ entry, name }: { entry: AuditEntry; name: string }) {
  const { actorName, actorKind, keyName, action, at, ip, userAgent } = entry;
  const details = detailsOf(entry);
  return (
    <div class="audit-entry">
      <p class="audit-what">
        <span>
          <a class="audit-actor" href={paths.auditPage(name, { actor: actorName })}>
            {actorName}
          </a>{' '}
          {actorKind !== 'user' && <Badge>{actorKind}</Badge>} {actionWords(action)}
        </span>
        <span class="quiet small">
          <When at={at} />
        </span>
      </p>
      {details.length > 0 && (
        <p class="quiet small audit-details">
          {details.map(([label, value]) => (
            <span key={label}>
              {label} <strong>{value}</strong>
            </span>
          ))}
        </p>
      )}
      <p class="quiet small audit-origin">
        {keyName !== null && <span>with the key {keyName}</span>}
        {ip !== null && (
          <span>
            {ip} · {placeOf(ip)}
          </span>
        )}
        {userAgent !== null && <span title={userAgent}>{userAgent.slice(0, 60)}</span>}
      </p>
    </div>
  );
}
