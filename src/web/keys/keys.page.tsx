import { type Key } from '../../accounts/key.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Empty } from '../components/empty.js';
import { Consequences, Form, PostButton, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';
import { organizationPage } from '../layout/organization-page.js';
import { type Lines } from './key-lines.js';
import { type KeyRing } from './key-ring.js';
import { NewKeyFields } from './new-key-fields.js';
import { permissionWords } from './permission-words.js';

export interface NewKey {
  readonly key: Key;
  readonly secret: string;
  readonly lines: readonly Lines[];
}

const LEAD = {
  own: 'A key lets a machine act for you. It can do what you choose here and nothing else, and never more than you may yourself.',
  organization:
    'Keys of the organization belong to nobody in particular: they go on working when people leave. Right for CI and servers.',
};

export function keysPage(visitor: Visitor, ring: KeyRing, keys: readonly Key[], form: FormState): string {
  return frame(visitor, ring, 'API keys', [
    <Card title={keys.length === 0 ? undefined : 'Keys in use'} flush={keys.length > 0}>
      {keys.length === 0 ? (
        <Empty title="No keys yet">
          <p>Make one below, and paste the lines it comes with.</p>
        </Empty>
      ) : (
        <KeyTable ring={ring} keys={keys} now={visitor.now} />
      )}
    </Card>,
    <Card title="New key" id="new">
      <Form action={paths.keysOf(ring.organization?.name)} form={form}>
        <NewKeyFields ring={ring} form={form} />
        <Submit>Create key</Submit>
      </Form>
    </Card>,
  ]);
}

function KeyTable({ ring, keys, now }: { ring: KeyRing; keys: readonly Key[]; now: Date }) {
  const rows = keys.map((key) => ({
    key: key.id,
    cells: [
      <strong>{key.name}</strong>,
      <span class="row">
        {key.permissions.map((permission) => (
          <Badge key={permissionWords(permission)}>{permissionWords(permission)}</Badge>
        ))}
      </span>,
      <LastUse of={key} />,
      <Expiry of={key} now={now} />,
      <Consequences summary="Revoke" label={`Revoke ${key.name}`} small>
        <p>Whatever uses “{key.name}” is refused from this moment on. This cannot be undone.</p>
        <PostButton action={`${paths.keysOf(ring.organization?.name)}/${key.id}/revoke`} tone="danger" small>
          Revoke {key.name}
        </PostButton>
      </Consequences>,
    ],
  }));
  return <Table caption="Keys in use" columns={['Name', 'May', 'Last use', 'Expires', '']} rows={rows} />;
}

function LastUse({ of: { lastUsedAt, lastUsedIp, lastUsedAgent } }: { of: Key }) {
  if (lastUsedAt === null) return <span class="quiet">never</span>;
  return (
    <span>
      <When at={lastUsedAt} />
      <br />
      <span class="quiet small">{[lastUsedIp, lastUsedAgent?.slice(0, 40)].filter(Boolean).join(' · ')}</span>
    </span>
  );
}

function Expiry({ of: { expiresAt }, now }: { of: Key; now: Date }) {
  if (expiresAt === null) return <span class="quiet">never</span>;
  return expiresAt <= now ? <Badge tone="bad">expired</Badge> : <When at={expiresAt} />;
}

/** Shown once, right after it was made. */
export function newKeyPage(visitor: Visitor, ring: KeyRing, { key, secret, lines }: NewKey): string {
  return frame(visitor, ring, 'Your new key', [
    <Notice tone="warn" title="Copy it now">
      This is the only time that this key is shown. We keep only a fingerprint of it.
    </Notice>,
    <Card title={key.name} lead={key.permissions.map(permissionWords).join(', ')}>
      <CopyBlock label="The key" text={secret} wrap />
    </Card>,
    ...(lines.length === 0
      ? []
      : [
          <Card title="How to use it">
            {lines.map(({ label, text }) => (
              <CopyBlock key={label} label={label} text={text} />
            ))}
          </Card>,
        ]),
    <p>
      <a class="button button-plain" href={paths.keysOf(ring.organization?.name)}>
        Done, I have it
      </a>
    </p>,
  ]);
}

function frame(
  visitor: Visitor,
  { organization, role, standing }: KeyRing,
  title: string,
  children: preact.ComponentChildren,
): string {
  if (organization === undefined || role === undefined || standing === undefined)
    return accountPage(visitor, { title, section: paths.keys, lead: LEAD.own, children });
  const tab = paths.organizationKeys(organization.name);
  return organizationPage(visitor, {
    ...{ organization, role, standing, title, tab },
    children: [<p class="lead">{LEAD.organization}</p>, children],
  });
}
