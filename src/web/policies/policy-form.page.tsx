import { MAX_POLICY_TEXT, PUBLIC_PACKAGES } from '../../hex/policy-rules.js';
import { severities } from '../../hex/registry/advisory.js';
import { overrideActions } from '../../hex/registry/policy.js';
import { retirementReasons } from '../../hex/registry/retirement.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Choices, Field, Form, Hidden, Select, Submit } from '../components/form.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { organizationPage } from '../layout/organization-page.js';
import { type Sight } from '../organizations/organization-sights.js';
import { fieldOf, overrideFieldOf, type PolicyDraft, type RepositoryDraft } from './policy-draft.js';
import { actionWords, reasonHints, severityWords } from './policy-words.js';

export interface PolicyForm {
  /** Of the policy that is changed; undefined for a new one. */
  readonly name: string | undefined;
  readonly draft: PolicyDraft;
  readonly form: FormState;
  /** The field that has just been made. */
  readonly focus?: string | null;
}

interface Part extends PolicyForm {
  readonly organization: string;
}

/** Rows come and go by submit buttons, each of which sends what was typed and gets it back: no script is needed. */
export function policyFormPage(visitor: Visitor, sight: Sight, given: PolicyForm): string {
  const { organization, role, standing } = sight;
  const { name, draft, form } = given;
  const part = { ...given, organization: organization.name };
  const title = name === undefined ? 'New policy' : `Edit ${name}`;
  const back = name === undefined ? paths.policies(organization.name) : paths.policy(organization.name, name);
  const action = name === undefined ? paths.newPolicy(organization.name) : paths.editPolicy(organization.name, name);
  return organizationPage(visitor, {
    ...{ organization, role, standing, title, tab: paths.policies(organization.name) },
    children: (
      <Form action={action} form={form}>
        {/* What the Enter key presses is the first button of a form: it must not be one that removes a row. */}
        <button type="submit" class="visually-hidden" name="do" value="save" tabIndex={-1} aria-hidden="true">
          Save policy
        </button>
        <About {...part} />
        {draft.repositories.map((one, r) => (
          <Rules key={r} {...part} rules={one} r={r} />
        ))}
        <Another {...part} />
        <div class="row">
          <Submit name="do" value="save">
            {name === undefined ? 'Create policy' : 'Save policy'}
          </Submit>
          <a class="button button-plain" href={back}>
            Cancel
          </a>
        </div>
      </Form>
    ),
  });
}

function About({ name, form, organization }: Part) {
  return (
    <Card title={name === undefined ? 'What it is called' : 'What it is for'}>
      <div class="fields">
        {name === undefined ? (
          <Field
            {...{ form, name: 'name', label: 'Name', mono: true, required: true, maxLength: 64, autocomplete: 'off' }}
            placeholder="strict"
            hint="It is written into projects and cannot be changed later. Small letters, digits, dots, dashes and underscores."
          />
        ) : null}
        <Field
          {...{ form, name: 'description', label: 'Description', maxLength: MAX_POLICY_TEXT, autocomplete: 'off' }}
          hint="What it is for, in a line."
        />
        <Choices
          {...{ form, name: 'visibility', label: 'Who can read it?', type: 'radio' }}
          options={[
            {
              value: 'private',
              label: 'Private',
              hint: `Those who may fetch packages of ${organization}, with their keys.`,
            },
            {
              value: 'public',
              label: 'Public',
              hint: 'Everybody, without a key. It can then have rules for hexpm only, since it would give away the names of private packages.',
            },
          ]}
        />
      </div>
    </Card>
  );
}

const severityOptions = [
  { value: '', label: 'No rule' },
  ...severities.map((value) => ({
    value,
    label: value === 'none' ? 'Leave out with any advisory' : `Leave out when ${severityWords[value]}`,
  })),
];

function Rules({ rules, r, organization, ...part }: Part & { rules: RepositoryDraft; r: number }) {
  const { form, focus } = part;
  const { repository, overrides } = rules;
  const at = (field: string) => fieldOf(r, field);
  const problem = form.problems[at('repository')];
  return (
    <Card
      title={`Packages of ${repository}`}
      lead={repositoryWords(repository, organization)}
      aside={
        <Submit
          {...{ name: 'do', value: `remove-repository ${r}`, unchecked: true, tone: 'plain', small: true }}
          label={`Remove the rules for ${repository}`}
        >
          Remove
        </Submit>
      }
    >
      <Hidden name={at('repository')} value={repository} />
      {problem && (
        <p class="problem" role="alert">
          The rules for {repository} {problem}.
        </p>
      )}
      <div class="fields">
        <Field
          {...{ form, name: at('cooldown'), label: 'How old must a release be?', mono: true, maxLength: 8 }}
          {...{ autocomplete: 'off', placeholder: '7d', autofocus: focus === at('cooldown') }}
          hint="Most harmful releases are found within days. 7d is seven days, 2w two weeks, 1mo thirty days; leave it empty for no rule."
        />
        <Select
          {...{ form, name: at('severity'), label: 'Security advisories', options: severityOptions }}
          hint="Of the worst advisory of a release. One whose severity nobody has told counts as the worst."
        />
        <Choices
          {...{ form, name: at('reasons'), label: 'Leave out releases that have been retired as', type: 'checkbox' }}
          options={retirementReasons
            .toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
            .map((value) => ({ value, label: value, hint: reasonHints[value] }))}
        />
      </div>
      <h3>Exceptions</h3>
      <p class="quiet small">
        To allow or deny a package, or some of its versions, whatever the rules above say; or to accept one advisory,
        one kind of retirement or a young release, while the other rules still hold. One for some versions goes before
        one for all.
      </p>
      {overrides.map((_override, o) => (
        <Exception key={o} form={form} r={r} o={o} focus={focus ?? null} />
      ))}
      <div>
        <Submit
          {...{ name: 'do', value: `add-override ${r}`, unchecked: true, tone: 'plain', small: true }}
          label={`Add an exception for packages of ${repository}`}
        >
          Add an exception
        </Submit>
      </div>
    </Card>
  );
}

const ORDER: readonly string[] = ['security', 'invalid', 'deprecated', 'renamed', 'other'];

function repositoryWords(repository: string, organization: string): string {
  if (repository === PUBLIC_PACKAGES) return 'What projects get from the public repository.';
  return repository === organization
    ? 'What you publish yourselves.'
    : `What projects get from a repository that they call ${repository}.`;
}

const actionOptions = overrideActions.map((value) => ({
  value,
  label: actionWords[value].label,
}));
const reasonOptions = [
  { value: '', label: 'Choose one' },
  ...retirementReasons.map((value) => ({ value, label: value })),
];

function Exception({ form, r, o, focus }: { form: FormState; r: number; o: number; focus: string | null }) {
  const at = (field: string) => overrideFieldOf(r, o, field);
  const common = { form, autocomplete: 'off' } as const;
  return (
    <fieldset class="exception">
      <legend class="visually-hidden">Exception {o + 1}</legend>
      <Select {...{ form, name: at('action'), label: 'What', options: actionOptions }} />
      <Field
        {...{ ...common, name: at('package'), label: 'Package', mono: true, maxLength: 128 }}
        autofocus={focus === at('action')}
      />
      <Field
        {...{ ...common, name: at('requirement'), label: 'Versions', mono: true, maxLength: 200 }}
        placeholder="all"
      />
      <div class="for-advisory">
        <Field
          {...{ ...common, name: at('advisory'), label: 'Advisory', mono: true, maxLength: 100 }}
          placeholder="CVE-2026-32686"
        />
      </div>
      <div class="for-retirement">
        <Select {...{ form, name: at('reason'), label: 'Retired as', options: reasonOptions }} />
      </div>
      <div class="exception-why">
        <Field {...{ ...common, name: at('comment'), label: 'Why', maxLength: MAX_POLICY_TEXT }} />
      </div>
      <Submit
        {...{ name: 'do', value: `remove-override ${r} ${o}`, unchecked: true, tone: 'plain', small: true }}
        label={`Remove exception ${o + 1}`}
      >
        Remove
      </Submit>
    </fieldset>
  );
}

function Another({ form, draft, organization, focus }: Part) {
  const hasOwn = draft.repositories.some(({ repository }) => repository === organization);
  return (
    <Card
      title="Another repository"
      lead="By the name that dependencies give it. Packages of repositories without rules are all allowed."
    >
      <div class="form-inline another-repository">
        <Field
          {...{ form, name: 'another', label: 'Name', mono: true, maxLength: 128, autocomplete: 'off' }}
          {...{ placeholder: hasOwn ? PUBLIC_PACKAGES : organization, autofocus: focus === 'another' }}
        />
        <Submit {...{ name: 'do', value: 'add-repository', unchecked: true, tone: 'plain' }}>Add rules</Submit>
      </div>
    </Card>
  );
}
