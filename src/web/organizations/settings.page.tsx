import { type Organization } from '../../organizations/organization.entity.js';
import { paths } from '../../platform/paths.js';
import { Act } from '../components/act.js';
import { Card } from '../components/card.js';
import { Checkbox, Consequences, Field, Form, PostButton, Select, Submit, TextArea } from '../components/form.js';
import { dayOf } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { may, organizationPage } from '../layout/organization-page.js';
import { type Sight } from './organization-sights.js';
import { roleOptions } from './role-words.js';

export type SettingsForm = 'profile' | 'rename' | 'hand-over' | 'leave' | 'delete';

export interface SettingsProps {
  /** Names of the other members, for handing over. */
  readonly others: readonly string[];
  readonly formOf: (form: SettingsForm) => FormState;
  readonly deletionDays: number;
  readonly repositoryUrl: string;
}

interface Part extends SettingsProps {
  readonly organization: Organization;
}

/** Was this form just refused? Then it stays open. */
const isTouched = ({ problems, message }: FormState): boolean =>
  message !== undefined || Object.keys(problems).length > 0;

export function settingsPage(visitor: Visitor, { organization, role, standing }: Sight, props: SettingsProps): string {
  const part = { ...props, organization };
  const manages = may(role, 'organization.manage');
  return organizationPage(visitor, {
    ...{ organization, role, standing, title: 'Settings', tab: paths.settings(organization.name) },
    children: (
      <>
        {manages && <Profile {...part} />}
        <Card title={manages ? 'The organization' : 'Your membership'} flush>
          <ul class="list">
            {manages && <Export {...part} />}
            {manages && <Rename {...part} />}
            {manages && <HandOver {...part} />}
            <Leave {...part} />
          </ul>
        </Card>
        {manages && <Delete {...part} />}
      </>
    ),
  });
}

function Profile({ organization: { name, displayName, website, contactEmail, about }, formOf }: Part) {
  const form = formOf('profile');
  return (
    <Card title="Profile" lead="Members see it, and whoever gets an invitation.">
      <Form action={paths.settingsAct(name, 'profile')} form={form}>
        <Field {...{ form, name: 'displayName', label: 'Name to show', value: displayName ?? '', maxLength: 100 }} />
        <Field
          {...{ form, name: 'website', label: 'Website', type: 'url', value: website ?? '', maxLength: 300 }}
          placeholder="https://"
        />
        <Field
          {...{
            form,
            name: 'contactEmail',
            label: 'Contact',
            type: 'email',
            value: contactEmail ?? '',
            maxLength: 254,
          }}
          hint="Whom to write to about the packages."
        />
        <TextArea {...{ form, name: 'about', label: 'About', value: about ?? '', rows: 3, maxLength: 500 }} />
        <Submit>Save profile</Submit>
      </Form>
    </Card>
  );
}

function Rename({ organization: { name }, formOf, repositoryUrl }: Part) {
  const form = formOf('rename');
  return (
    <Act title="Rename" lead="Everybody who uses its packages has to change their configuration.">
      <Consequences summary="Rename the organization" tone="plain" open={isTouched(form)}>
        <p>This breaks what everybody has configured:</p>
        <ul>
          <li>
            packages are no longer found at <code>{repositoryUrl}</code>, on developers’ machines and in CI alike;
          </li>
          <li>
            <code>{`organization: "${name}"`}</code> and <code>{`repo: "${name}"`}</code> in each <code>mix.exs</code>,
            and what <code>rebar.config</code> says, have to be changed, and lock files written anew;
          </li>
          <li>tokens that clients hold stop working until they log in again; keys go on working.</li>
        </ul>
        <p>Links to its pages lead members on. The old name is not given to anybody else.</p>
        <Form action={paths.settingsAct(name, 'rename')} form={form}>
          <Field
            {...{ form, name: 'name', label: 'New name', mono: true, required: true, maxLength: 128 }}
            autocomplete="off"
          />
          <Checkbox
            {...{ form, name: 'understood', label: 'I know that everybody has to change their configuration' }}
          />
          <Submit tone="danger">Rename</Submit>
        </Form>
      </Consequences>
    </Act>
  );
}

const STEP_DOWN = [
  ...roleOptions.map(({ value }) => ({ value, label: value === 'admin' ? 'I stay an admin' : `I become ${value}` })),
  { value: 'leave', label: 'I leave the organization' },
];

function HandOver({ organization: { name }, others, formOf }: Part) {
  const form = formOf('hand-over');
  return (
    <Act title="Hand over" lead="Somebody else becomes an admin and you step down, in one step.">
      {others.length === 0 ? (
        <p class="quiet small">
          There is nobody to hand it over to yet. <a href={`${paths.members(name)}#invite`}>Invite somebody</a>
        </p>
      ) : (
        <Consequences summary="Hand the organization over" tone="plain" open={isTouched(form)}>
          <Form action={paths.settingsAct(name, 'hand-over')} form={form}>
            <Select
              {...{ form, name: 'to', label: 'New admin' }}
              options={others.map((value) => ({ value, label: value }))}
            />
            <Select {...{ form, name: 'then', label: 'And you?', options: STEP_DOWN, value: 'write' }} />
            <Submit tone="danger">Hand over</Submit>
          </Form>
        </Consequences>
      )}
    </Act>
  );
}

function Leave({ organization: { name }, formOf }: Part) {
  const form = formOf('leave');
  return (
    <Act title="Leave" lead="You and your keys are shut out at once.">
      <Consequences summary="Leave the organization" tone="plain" open={isTouched(form)}>
        <p>You and your keys are shut out at once; what you published stays. You come back only by an invitation.</p>
        <Form action={paths.settingsAct(name, 'leave')} form={form}>
          <Typed name={name} form={form} />
          <Submit tone="danger">Leave {name}</Submit>
        </Form>
      </Consequences>
    </Act>
  );
}

function Export({ organization: { name } }: Part) {
  return (
    <Act title="Export" lead="Every tarball as it was published, packages and members as JSON, and the audit log.">
      <p>
        <a class="button button-plain" href={paths.exportOf(name)}>
          Download {name}.tar
        </a>
      </p>
    </Act>
  );
}

function Delete({ organization: { name, deletionAt }, formOf, deletionDays }: Part) {
  const form = formOf('delete');
  if (deletionAt !== null)
    return (
      <Card title="Delete" tone="danger">
        <p>It will be deleted on {dayOf(deletionAt)}.</p>
        <p>
          <PostButton action={paths.settingsAct(name, 'keep')} tone="plain">
            Cancel the deletion
          </PostButton>
        </p>
      </Card>
    );
  return (
    <Card title="Delete" tone="danger">
      <Consequences summary="Delete the organization" open={isTouched(form)}>
        <p>
          At first nothing can be published any more. After {deletionDays} days the organization is deleted with all of
          its packages, releases, keys and memberships, for good; projects that depend on them cannot be built any more.
          Until then every admin can cancel it. The name is not given out again. The audit log is kept by the operator.
        </p>
        <p>
          <a href={paths.exportOf(name)}>Export everything first</a>
        </p>
        <Form action={paths.settingsAct(name, 'delete')} form={form}>
          <Typed name={name} form={form} />
          <Submit tone="danger">Delete {name}</Submit>
        </Form>
      </Consequences>
    </Card>
  );
}

function Typed({ name, form }: { name: string; form: FormState }) {
  return (
    <Field
      {...{ form, name: 'typed', label: `Type ${name} to confirm`, mono: true, required: true, maxLength: 200 }}
      autocomplete="off"
    />
  );
}
