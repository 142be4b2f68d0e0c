import { PUBLIC_PACKAGES, type PolicyProblem, type PolicyRules } from '../../hex/policy-rules.js';
import { severities } from '../../hex/registry/advisory.js';
import { type Override, overrideActions, type Policy } from '../../hex/registry/policy.js';
import { retirementReasons } from '../../hex/registry/retirement.js';
import { type FormState } from '../http/forms.js';

/** A policy while it is being typed: everything is text, and nothing need make sense yet. */
export interface PolicyDraft {
  readonly name: string;
  readonly description: string;
  readonly visibility: string;
  readonly repositories: readonly RepositoryDraft[];
  /** The repository that rules are to be added for. */
  readonly another: string;
}

export interface RepositoryDraft {
  readonly repository: string;
  readonly severity: string;
  readonly reasons: readonly string[];
  readonly cooldown: string;
  readonly overrides: readonly OverrideDraft[];
}

const OVERRIDE_FIELDS = ['action', 'package', 'requirement', 'advisory', 'reason', 'comment'] as const;
export type OverrideDraft = Readonly<Record<(typeof OVERRIDE_FIELDS)[number], string>>;

/** The names of its fields: a repository's, and those of one of its exceptions. */
export const fieldOf = (repository: number, field: string): string => `r${repository}-${field}`;
export const overrideFieldOf = (repository: number, override: number, field: string): string =>
  fieldOf(repository, `o${override}-${field}`);

const MOST_REPOSITORIES = 20;
const MOST_OVERRIDES = 500;
const emptyRepository = (repository: string): RepositoryDraft => ({
  ...{ repository, severity: '', reasons: [], cooldown: '', overrides: [] },
});
const emptyOverride: OverrideDraft = {
  ...{ action: 'allow', package: '', requirement: '', advisory: '', reason: '', comment: '' },
};

export const newDraft: PolicyDraft = {
  ...{ name: '', description: '', visibility: 'private', another: '' },
  repositories: [emptyRepository(PUBLIC_PACKAGES)],
};

export function draftOf({
  name,
  description,
  visibility,
  repositories,
}: PolicyRules & Pick<Policy, 'name'>): PolicyDraft {
  return {
    ...{ name, description: description ?? '', visibility, another: '' },
    repositories: repositories.map(({ repository, restriction, overrides }) => ({
      repository,
      severity: restriction.advisoryMinSeverity ?? '',
      reasons: restriction.retirementReasons,
      cooldown: restriction.cooldown ?? '',
      overrides: overrides.map((one) => ({
        ...{ action: one.action, package: one.package, requirement: one.requirement ?? '' },
        ...{ advisory: one.advisoryId ?? '', reason: one.retirementReason ?? '', comment: one.comment ?? '' },
      })),
    })),
  };
}

/** What a form sent, whatever that was: gaps between the numbers of rows are closed. */
export function readDraft(body: unknown): PolicyDraft {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof sent[name] === 'string' ? sent[name].trim() : '');
  const all = (name: string): string[] => [sent[name] ?? []].flat().map(String);
  const names = Object.keys(sent);
  const numbers = (pattern: RegExp, most: number): number[] => {
    const found = names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
    return [...new Set(found)].sort((a, b) => a - b).slice(0, most);
  };
  return {
    ...{ name: text('name'), visibility: text('visibility'), another: text('another') },
    description: text('description').replace(/\s+/g, ' '),
    repositories: numbers(/^r(\d{1,3})-repository$/, MOST_REPOSITORIES).map((r) => ({
      ...{ repository: text(fieldOf(r, 'repository')), severity: text(fieldOf(r, 'severity')) },
      ...{ reasons: all(fieldOf(r, 'reasons')), cooldown: text(fieldOf(r, 'cooldown')) },
      overrides: numbers(new RegExp(`^r${r}-o(\\d{1,4})-action$`), MOST_OVERRIDES).map(
        (o) =>
          Object.fromEntries(
            OVERRIDE_FIELDS.map((field) => [field, text(overrideFieldOf(r, o, field))]),
          ) as OverrideDraft,
      ),
    })),
  };
}

/** What one of the buttons does to the rows, and the field that has the focus afterwards. Null: the form is to be saved. */
export function pressed(draft: PolicyDraft, body: unknown): { draft: PolicyDraft; focus: string | null } | null {
  const button = (body as Record<string, unknown> | null)?.['do'];
  const [act = '', ...place] = typeof button === 'string' ? button.split(' ') : [];
  const [r = 0, o = 0] = place.map(Number);
  const { repositories } = draft;
  const one = repositories[r];
  const change = (overrides: readonly OverrideDraft[]) => ({
    ...draft,
    repositories: repositories.with(r, { ...one!, overrides }),
  });
  switch (act) {
    case 'add-repository': {
      const added = { ...draft, repositories: [...repositories, emptyRepository(draft.another)], another: '' };
      const isNew = draft.another !== '' && !repositories.some(({ repository }) => repository === draft.another);
      return isNew ? { draft: added, focus: fieldOf(repositories.length, 'cooldown') } : { draft, focus: 'another' };
    }
    case 'remove-repository':
      return { draft: { ...draft, repositories: repositories.filter((_, index) => index !== r) }, focus: null };
    case 'add-override':
      if (one === undefined) return { draft, focus: null };
      return {
        draft: change([...one.overrides, emptyOverride]),
        focus: overrideFieldOf(r, one.overrides.length, 'action'),
      };
    case 'remove-override':
      return {
        draft: one === undefined ? draft : change(one.overrides.filter((_, index) => index !== o)),
        focus: null,
      };
    default:
      return null;
  }
}

const chosen = <T extends string>(values: readonly T[], text: string): T | null =>
  values.find((value) => value === text) ?? null;

/** What is hidden with another action does not count. */
export function rulesOf({ description, visibility, repositories }: PolicyDraft): PolicyRules {
  return {
    description: description || null,
    visibility: visibility === 'public' ? 'public' : 'private',
    repositories: repositories.map(({ repository, severity, reasons, cooldown, overrides }) => ({
      repository,
      restriction: {
        advisoryMinSeverity: chosen(severities, severity),
        retirementReasons: retirementReasons.filter((reason) => reasons.includes(reason)),
        cooldown: cooldown || null,
      },
      overrides: overrides.map((one): Override => {
        const action = chosen(overrideActions, one.action) ?? 'allow';
        return {
          ...{ action, package: one.package, requirement: one.requirement || null, comment: one.comment || null },
          advisoryId: action === 'advisory' ? one.advisory || null : null,
          retirementReason: action === 'retirement' ? chosen(retirementReasons, one.reason) : null,
        };
      }),
    })),
  };
}

/** The same as a form's values. */
export function valuesOf({ repositories, ...draft }: PolicyDraft): FormState['values'] {
  const values: Record<string, string | readonly string[]> = { ...draft };
  for (const [r, { overrides, ...one }] of repositories.entries()) {
    for (const [field, value] of Object.entries(one)) values[fieldOf(r, field)] = value;
    for (const [o, override] of overrides.entries())
      for (const [field, value] of Object.entries(override)) values[overrideFieldOf(r, o, field)] = value;
  }
  return values;
}

const FIELDS: Readonly<Record<string, string>> = { advisory_id: 'advisory', retirement_reason: 'reason' };

/** What is wrong with the rules, by the field that says it. */
export function problemFields(problems: readonly PolicyProblem[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { at, message } of problems) {
    const [where, r, field, o, inner] = at;
    const name =
      where !== 'repositories' || typeof r !== 'number'
        ? String(where)
        : typeof o === 'number'
          ? overrideFieldOf(r, o, FIELDS[String(inner)] ?? String(inner))
          : fieldOf(r, String(field));
    fields[name] ??= message;
  }
  return fields;
}
