import { type Invitation } from '../../organizations/invitation.entity.js';
import { type MemberRow } from '../../organizations/members.js';
import { paths } from '../../platform/paths.js';
import { Avatar } from '../components/avatar.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Choices, Consequences, Field, Form, PostButton, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { may, organizationPage } from '../layout/organization-page.js';
import { type Sight } from './organization-sights.js';
import { roleOptions } from './role-words.js';
import { seatsWords } from './seats-words.js';

export interface MembersProps {
  readonly people: readonly MemberRow[];
  /** Open ones; none for those who do not manage members. */
  readonly invitations: readonly Invitation[];
  /** Of the invitation that was typed last; its message may be about any form of the page. */
  readonly form: FormState;
}

export function membersPage(visitor: Visitor, sight: Sight, { people, invitations, form }: MembersProps): string {
  const { organization, role, standing } = sight;
  const manages = may(role, 'members.manage');
  const isAboutInviting = Object.keys(form.values).length > 0;
  return organizationPage(visitor, {
    ...{ organization, role, standing, title: 'Members', tab: paths.members(organization.name) },
    children: (
      <>
        {form.message !== undefined && !isAboutInviting && (
          <div class="notice notice-bad" role="alert">
            {form.message}
          </div>
        )}
        <p class="lead">
          {seatsWords(people.length, organization.seats)} Every member takes a seat, whatever the role.
        </p>
        <Card flush>
          <MemberTable sight={sight} people={people} manages={manages} />
        </Card>
        {invitations.length > 0 && (
          <Card title="Open invitations" flush>
            <InvitationTable organization={organization.name} invitations={invitations} now={visitor.now} />
          </Card>
        )}
        {manages && (
          <Invite
            {...{ sight, people, invitations, mayBuy: visitor.mayBuy && may(role, 'billing.manage') }}
            form={isAboutInviting ? form : { values: {}, problems: {} }}
          />
        )}
      </>
    ),
  });
}

function MemberTable({ sight, people, manages }: { sight: Sight; people: readonly MemberRow[]; manages: boolean }) {
  const columns = ['Name', 'Role', 'Member since', ...(manages ? [''] : [])];
  const rows = people.map((person) => ({
    key: person.userId,
    cells: [
      <Person person={person} isVisitor={person.userId === sight.user.id} />,
      manages ? <RoleForm organization={sight.organization.name} person={person} /> : <Badge>{person.role}</Badge>,
      <When at={person.since} date />,
      ...(manages ? [<Remove organization={sight.organization.name} person={person} />] : []),
    ],
  }));
  return <Table caption="Members and their roles" columns={columns} rows={rows} />;
}

function Person({ person: { name, fullName, open }, isVisitor }: { person: MemberRow; isVisitor: boolean }) {
  return (
    <span class="person">
      <Avatar name={name} />
      <span>
        <a href={paths.user(name)}>{name}</a>
        {isVisitor && <span class="quiet"> (you)</span>}
        {!open && <Badge tone="bad">account closed</Badge>}
        {fullName && <span class="quiet small person-name">{fullName}</span>}
      </span>
    </span>
  );
}

function RoleForm({ organization, person: { name, role } }: { organization: string; person: MemberRow }) {
  return (
    <form method="post" action={paths.memberAct(organization, name, 'role')} class="role-form" data-change>
      <select name="role" aria-label={`Role of ${name}`}>
        {roleOptions.map(({ value }) => (
          <option key={value} value={value} selected={value === role}>
            {value}
          </option>
        ))}
      </select>
      <Submit tone="plain" small label={`Change the role of ${name}`}>
        Change
      </Submit>
    </form>
  );
}

function Remove({ organization, person: { name } }: { organization: string; person: MemberRow }) {
  return (
    <Consequences summary="Remove" label={`Remove ${name}`} small>
      <p>
        {name} and their keys are shut out at once. Keys of the organization that they know of go on working: revoke
        those yourself. What they published stays.
      </p>
      <PostButton action={paths.memberAct(organization, name, 'remove')} tone="danger" small>
        Remove {name}
      </PostButton>
    </Consequences>
  );
}

function InvitationTable({
  organization,
  invitations,
  now,
}: {
  organization: string;
  invitations: readonly Invitation[];
  now: Date;
}) {
  const rows = invitations.map(({ id, address, role, inviterName, sentAt, expiresAt }) => ({
    key: id,
    cells: [
      address,
      <Badge>{role}</Badge>,
      <span>
        <When at={sentAt} /> <span class="quiet small">by {inviterName}</span>
      </span>,
      expiresAt <= now ? <Badge tone="bad">expired</Badge> : <When at={expiresAt} />,
      <span class="invitation-acts">
        <PostButton
          action={paths.invitationAct(organization, id, 'resend')}
          {...{ tone: 'plain', small: true, label: `Send again: the invitation to ${address}` }}
        >
          Send again
        </PostButton>
        <PostButton
          action={paths.invitationAct(organization, id, 'revoke')}
          {...{ tone: 'plain', small: true, label: `Withdraw the invitation to ${address}` }}
        >
          Withdraw
        </PostButton>
      </span>,
    ],
  }));
  return <Table caption="Open invitations" columns={['Address', 'Role', 'Sent', 'Ends', '']} rows={rows} />;
}

interface InviteProps extends MembersProps {
  readonly sight: Sight;
  /** May this person buy more seats? */
  readonly mayBuy: boolean;
}

function Invite({ sight: { organization }, people, invitations, form, mayBuy }: InviteProps) {
  const { seats, name } = organization;
  const over = seats === null ? 0 : people.length + invitations.length - Math.max(seats, people.length);
  return (
    <Card title="Invite somebody" id="invite" lead="They get a mail with a link that works once, for seven days.">
      {seats !== null && (people.length >= seats || over > 0) && (
        <Notice tone="warn">
          <p>
            {people.length >= seats && 'All seats are taken. '}
            {over > 0 && `${overText(over)} `}
            An invitation can be sent, and accepted as soon as there is a seat.{' '}
            {mayBuy && <a href={paths.seats(name)}>Buy seats</a>}
          </p>
        </Notice>
      )}
      <Form action={paths.invite(name)} form={form}>
        <Field
          {...{ form, name: 'email', label: 'E-mail address', type: 'email', required: true, maxLength: 254 }}
          autocomplete="off"
        />
        <Choices {...{ form, name: 'role', label: 'Role', type: 'radio', options: roleOptions, chosen: ['read'] }} />
        <Submit>Send invitation</Submit>
      </Form>
    </Card>
  );
}

const overText = (over: number): string =>
  over === 1 ? 'One open invitation would find no seat.' : `${over} open invitations would find no seat.`;
