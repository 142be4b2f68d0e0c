import { retirementReasons } from '../../packages/release.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Choices, Consequences, Field, Form, PostButton, Submit } from '../components/form.js';
import { emptyForm, type FormState } from '../http/forms.js';
import { retirementWords } from './package-frame.js';
import { type PackageSight } from './package-sights.js';

export interface ReleaseActsProps {
  readonly sight: PackageSight;
  /** The form that was sent and came back, and how. */
  readonly act: 'retire' | 'revert' | undefined;
  readonly form: FormState;
}

/** What those who publish may do with a release that exists. */
export function ReleaseActs({ sight, act, form }: ReleaseActsProps) {
  const { release } = sight;
  return (
    <Card title={`Manage ${release.version}`}>
      {sight.may.retire &&
        (release.retirementReason === null ? (
          <Retire sight={sight} form={act === 'retire' ? form : emptyForm} open={act === 'retire'} />
        ) : (
          <Unretire sight={sight} />
        ))}
      {sight.may.revert && <Revert sight={sight} form={act === 'revert' ? form : emptyForm} open={act === 'revert'} />}
    </Card>
  );
}

interface ActProps {
  readonly sight: PackageSight;
  readonly form: FormState;
  readonly open: boolean;
}

const at = (act: 'retire' | 'unretire' | 'revert', { scope, pkg, release }: PackageSight): string =>
  paths.releaseAct(act, scope, pkg.name, release.version);

function Retire({ sight, form, open }: ActProps) {
  return (
    <Consequences summary="Retire this release" tone="plain" open={open}>
      <p>
        Clients warn about a retired release whenever it is resolved. Its bytes stay, so projects that have it locked
        keep working. You can take the mark away again.
      </p>
      <Form action={at('retire', sight)} form={form}>
        <Choices
          {...{ form, name: 'reason', label: 'Why', type: 'radio' }}
          options={retirementReasons.map((value) => ({ value, label: value, hint: retirementWords[value] }))}
          chosen={['deprecated']}
        />
        <Field
          {...{ form, name: 'message', label: 'What people should know', maxLength: 140 }}
          hint="3 to 140 characters, shown by clients: which version or package to use instead. May stay empty."
        />
        <Submit tone="danger">Retire {sight.release.version}</Submit>
      </Form>
    </Consequences>
  );
}

function Unretire({ sight }: { sight: PackageSight }) {
  return (
    <div class="row spread">
      <p>Clients warn about this release.</p>
      <PostButton action={at('unretire', sight)} tone="plain">
        Take the mark away
      </PostButton>
    </div>
  );
}

function Revert({ sight, form, open }: ActProps) {
  const { release, revertProblem, scope, versions } = sight;
  if (revertProblem !== null)
    return (
      <p class="quiet">
        It can no longer be reverted: in the public repository that is possible for an hour after a release, and for a
        day after a package’s first one. Retire it instead.
      </p>
    );
  return (
    <Consequences summary="Revert this release" open={open}>
      <p>
        The release disappears: {release.version} can no longer be fetched by anybody, and builds of projects that have
        it locked will fail. {versions.length === 1 && 'It is the only release, so the package disappears with it. '}
        To warn without breaking anything, retire it instead.
        {scope === undefined && ' In the public repository this is possible for an hour only.'}
      </p>
      <Form action={at('revert', sight)} form={form}>
        <Field
          {...{ form, name: 'version', label: `Type ${release.version} to confirm`, mono: true, required: true }}
          autocomplete="off"
        />
        <Submit tone="danger">Revert {release.version} for good</Submit>
      </Form>
    </Consequences>
  );
}
