import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type FormState } from '../http/forms.js';

export interface FormProps {
  readonly action: string;
  readonly form?: FormState | undefined;
  /** Controls beside each other instead of below. */
  readonly inline?: boolean;
  readonly children: ComponentChildren;
}

/** Keeps the ids of two forms' fields of the same name apart. */
const Prefix = createContext('');
const useId = (name: string): string => `${useContext(Prefix)}${name}`;

/** A form that posts. What is wrong with it as a whole stands on top and is read out. */
export function Form({ action, form, inline = false, children }: FormProps) {
  const problems = Object.keys(form?.problems ?? {}).length;
  const message = form?.message ?? (problems > 0 ? 'Please look at what is marked below.' : undefined);
  return (
    <Prefix.Provider value={`${action.replace(/\W+/g, '-').slice(1)}-`}>
      <form method="post" action={action} class={inline ? 'form form-inline' : 'form'}>
        {message && (
          <div class="notice notice-bad" role="alert">
            {message}
          </div>
        )}
        {children}
      </form>
    </Prefix.Provider>
  );
}

interface Common {
  readonly form?: FormState | undefined;
  readonly name: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
}

export interface FieldProps extends Common {
  readonly type?: 'text' | 'email' | 'password' | 'url' | 'search' | 'date' | 'number';
  readonly value?: string | undefined;
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly autofocus?: boolean;
  readonly placeholder?: string;
  readonly inputmode?: 'numeric' | 'text' | 'email' | 'url';
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  /** Of a number. */
  readonly min?: number;
  /** Letters of equal width: codes, names of packages. */
  readonly mono?: boolean;
}

const valueIn = (form: FormState | undefined, name: string): string | undefined => {
  const value = form?.values[name];
  return typeof value === 'string' ? value : value?.[0];
};

/** A line to type into, with its label, hint and problem. What was typed comes back after a mistake; secrets do not. */
export function Field({
  form,
  name,
  label,
  hint,
  mono,
  value,
  autofocus,
  maxLength,
  minLength,
  autocomplete,
  inputmode,
  ...input
}: FieldProps) {
  const problem = form?.problems[name];
  const id = useId(name);
  return (
    <Labelled {...{ form, name, label, hint }}>
      <input
        {...input}
        {...described(id, hint, problem)}
        id={id}
        name={name}
        class={mono ? 'mono' : undefined}
        value={input.type === 'password' ? undefined : (valueIn(form, name) ?? value)}
        autoFocus={takesFocus(form, name, autofocus)}
        autoComplete={autocomplete}
        inputMode={inputmode}
        maxLength={maxLength}
        minLength={minLength}
        autoCapitalize={mono ? 'none' : undefined}
        spellcheck={mono ? false : undefined}
      />
    </Labelled>
  );
}

/** After a mistake the first field that is wrong has the focus, so that its problem is read out; before, whichever asks for it. */
function takesFocus(form: FormState | undefined, name: string, asked = false): boolean {
  const problems = Object.keys(form?.problems ?? {});
  return problems.length === 0 ? asked : problems.includes(name);
}

export function TextArea({
  form,
  name,
  label,
  hint,
  value,
  rows = 4,
  maxLength,
}: Common & { value?: string | undefined; rows?: number; maxLength?: number }) {
  const id = useId(name);
  return (
    <Labelled {...{ form, name, label, hint }}>
      <textarea {...described(id, hint, form?.problems[name])} id={id} name={name} rows={rows} maxLength={maxLength}>
        {valueIn(form, name) ?? value}
      </textarea>
    </Labelled>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
  /** What choosing it means. */
  readonly hint?: ComponentChildren;
  readonly disabled?: boolean;
}

export function Select({
  form,
  name,
  label,
  hint,
  options,
  value,
}: Common & { options: readonly Option[]; value?: string | undefined }) {
  const chosen = valueIn(form, name) ?? value;
  const id = useId(name);
  return (
    <Labelled {...{ form, name, label, hint }}>
      <select {...described(id, hint, form?.problems[name])} id={id} name={name}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === chosen} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

export interface ChoicesProps extends Common {
  readonly type: 'radio' | 'checkbox';
  readonly options: readonly Option[];
  /** Chosen before anything was sent. */
  readonly chosen?: readonly string[];
}

/** One of several, or any of several, each with its explanation. */
export function Choices({ form, name, label, hint, type, options, chosen = [] }: ChoicesProps) {
  const sent = form?.values[name];
  const id = useId(name);
  const wasSent = Object.keys(form?.values ?? {}).length > 0;
  const isChosen = (value: string) =>
    wasSent ? (typeof sent === 'string' ? sent === value : (sent ?? []).includes(value)) : chosen.includes(value);
  return (
    <fieldset class="field choices" {...described(id, hint, form?.problems[name])}>
      <legend>{label}</legend>
      <HintAndProblem {...{ form, name, hint }} />
      {options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type={type}
            name={name}
            value={option.value}
            checked={isChosen(option.value)}
            disabled={option.disabled}
          />
          <span>
            <span class="choice-label">{option.label}</span>
            {option.hint && <span class="hint">{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One box to tick; sends `yes`. */
export function Checkbox({ form, name, label, hint, checked = false }: Common & { checked?: boolean }) {
  const id = useId(name);
  const wasSent = Object.keys(form?.values ?? {}).length > 0;
  return (
    <div class="field">
      <label class="choice">
        <input
          type="checkbox"
          name={name}
          value="yes"
          checked={wasSent ? form?.values[name] === 'yes' : checked}
          {...described(id, undefined, form?.problems[name])}
        />
        <span>
          <span class="choice-label">{label}</span>
          {hint && <span class="hint">{hint}</span>}
        </span>
      </label>
      <HintAndProblem {...{ form, name }} />
    </div>
  );
}

export const Hidden = ({ name, value }: { name: string; value: string }) => (
  <input type="hidden" name={name} value={value} />
);

export interface SubmitProps {
  readonly tone?: 'accent' | 'plain' | 'danger';
  readonly small?: boolean;
  /** Sent with the form, where one has several buttons. */
  readonly name?: string;
  readonly value?: string;
  /** Where the words alone do not say what it is about: "Remove" in a list. */
  readonly label?: string;
  /** Works although the browser finds fields missing: it does not save yet. */
  readonly unchecked?: boolean;
  readonly children: ComponentChildren;
}

export function Submit({ tone = 'accent', small = false, name, value, label, unchecked, children }: SubmitProps) {
  const look = tone === 'accent' ? '' : ` button-${tone}`;
  return (
    <button
      type="submit"
      class={`button${look}${small ? ' button-small' : ''}`}
      name={name}
      value={value}
      aria-label={label}
      formNoValidate={unchecked}
    >
      {children}
    </button>
  );
}

/** A form that is one button: revoke, remove, resend. */
export function PostButton({
  action,
  children,
  fields = {},
  ...button
}: SubmitProps & { action: string; fields?: Readonly<Record<string, string>> }) {
  return (
    <form method="post" action={action} class="post-button">
      {Object.entries(fields).map(([name, value]) => (
        <Hidden key={name} name={name} value={value} />
      ))}
      <Submit {...button}>{children}</Submit>
    </form>
  );
}

/** Something with consequences, behind one more click: closed it is a button, opened it explains and asks. */
export function Consequences({
  summary,
  open = false,
  small = false,
  tone = 'danger-quiet',
  label,
  children,
}: {
  summary: string;
  open?: boolean;
  small?: boolean;
  /** `plain`: it can be undone. */
  tone?: 'danger-quiet' | 'plain';
  /** Where `summary` alone does not say what it is about. */
  label?: string;
  children: ComponentChildren;
}) {
  return (
    <details class={`consequences consequences-${tone}`} open={open}>
      <summary class={`button button-${tone}${small ? ' button-small' : ''}`} aria-label={label}>
        {summary}
      </summary>
      <div class="consequences-body">{children}</div>
    </details>
  );
}

function Labelled({ form, name, label, hint, children }: Common & { children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={useId(name)}>{label}</label>
      {children}
      <HintAndProblem {...{ form, name, hint }} />
    </div>
  );
}

function HintAndProblem({ form, name, hint }: Pick<Common, 'form' | 'name' | 'hint'>) {
  const problem = form?.problems[name];
  const id = useId(name);
  return (
    <>
      {problem && (
        <p class="problem" id={`${id}-problem`}>
          {problem.charAt(0).toUpperCase() + problem.slice(1)}
        </p>
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </>
  );
}

function described(id: string, hint: ComponentChildren, problem: string | undefined) {
  const ids = [...(problem ? [`${id}-problem`] : []), ...(hint ? [`${id}-hint`] : [])];
  return {
    ...(ids.length > 0 && { 'aria-describedby': ids.join(' ') }),
    ...(problem && { 'aria-invalid': 'true' as const }),
  };
}
