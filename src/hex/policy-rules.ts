import { isOrganizationName, isPackageName } from './package-name.js';
import { type Override, type Policy, type RepositoryPolicy } from './registry/policy.js';
import { tryParseRequirement } from './requirement.js';

/** What a policy says, without where it is found. */
export type PolicyRules = Pick<Policy, 'description' | 'visibility' | 'repositories'>;

/** `at` leads from the policy to the field: `['repositories', 0, 'overrides', 2, 'requirement']`, positions from zero. */
export interface PolicyProblem {
  readonly at: readonly (string | number)[];
  readonly message: string;
}

/** What clients call the public packages: hex.pm's, or those of a server in its place. */
export const PUBLIC_PACKAGES = 'hexpm';
export const MAX_POLICY_TEXT = 500;
const MAX_REPOSITORIES = 20;
const MAX_OVERRIDES = 500;
const MAX_ID_LENGTH = 100;

/** Clients take a string with one of these for invalid and ignore what holds it; a lone surrogate is no text at all. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const NAME = /^[a-z0-9][a-z0-9_.-]*[a-z0-9]$/;
const COOLDOWN = /^(0|[0-9]{1,4}(d|w|mo))$/;

/** Safe in a path and in an object's key. */
export const isPolicyName = (name: string): boolean => name.length >= 3 && name.length <= 64 && NAME.test(name);

/**
 * Everything that would keep a client from doing what the policy says (hex-protocol.md 1.3; `Hex.Policy.Filter` of Hex 2.5):
 * it ignores an override that it finds invalid without failing, so a typo in a `deny` would let the package in. For the same
 * reason names that no package can have are refused here, although clients do not care. `own` is the name of the
 * organization's repository: what everybody can read does not speak of packages that only members may know of.
 */
export function problemsOf(rules: PolicyRules, own: string): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const note = (at: PolicyProblem['at'], message: string | null) => message !== null && problems.push({ at, message });
  note(['description'], textProblem(rules.description));
  if (rules.repositories.length > MAX_REPOSITORIES)
    note(['repositories'], `must be at most ${MAX_REPOSITORIES} repositories`);
  for (const [index, one] of rules.repositories.entries()) {
    const at = ['repositories', index];
    const isTwice = rules.repositories.findIndex(({ repository }) => repository === one.repository) < index;
    note([...at, 'repository'], isTwice ? 'has rules above already' : repositoryProblem(one, rules, own));
    note(
      [...at, 'cooldown'],
      one.restriction.cooldown === null || COOLDOWN.test(one.restriction.cooldown)
        ? null
        : 'must be 0 or a number of days, weeks or months, such as 7d, 2w or 1mo',
    );
    if (one.overrides.length > MAX_OVERRIDES) note([...at, 'overrides'], `must be at most ${MAX_OVERRIDES} exceptions`);
    for (const problem of overrideProblems(one.overrides)) note([...at, 'overrides', ...problem.at], problem.message);
  }
  return problems;
}

function repositoryProblem({ repository }: RepositoryPolicy, { visibility }: PolicyRules, own: string): string | null {
  if (repository === PUBLIC_PACKAGES) return null;
  if (!isOrganizationName(repository))
    return 'must be hexpm or the name of a repository, in small letters, digits and underscores';
  if (visibility === 'private') return null;
  const whose = repository === own ? 'your private packages' : 'private packages';
  return `cannot be part of a public policy: everybody could read names of ${whose} in it`;
}

function* overrideProblems(overrides: readonly Override[]): Generator<PolicyProblem> {
  const seen = new Map<string, Override>();
  for (const [index, override] of overrides.entries()) {
    const problems = Object.entries(fieldProblems(override));
    for (const [field, message] of problems) if (message !== null) yield { at: [index, field], message };
    const key = subjectOf(override);
    const earlier = seen.get(key);
    if (earlier !== undefined)
      yield {
        at: [index, 'package'],
        message:
          earlier.action === override.action
            ? 'is there twice with the same words'
            : 'is both allowed and denied for the same versions',
      };
    else seen.set(key, override);
  }
}

function fieldProblems(override: Override): Record<string, string | null> {
  const { action, package: name, requirement, advisoryId: id, retirementReason: reason, comment } = override;
  const isAdvisory = action === 'advisory';
  return {
    package: isPackageName(name) ? null : 'must be the name of a package',
    requirement:
      requirement === null || tryParseRequirement(requirement) !== null
        ? null
        : 'must be a requirement such as ~> 1.2 or >= 1.0.0 and < 2.0.0',
    advisory_id: isAdvisory ? idProblem(id) : id === null ? null : 'is only for the action advisory',
    retirement_reason:
      action === 'retirement'
        ? reason === null
          ? "can't be blank"
          : null
        : reason === null
          ? null
          : 'is only for the action retirement',
    comment: textProblem(comment),
  };
}

function idProblem(id: string | null): string | null {
  if (id === null || id.trim() === '') return "can't be blank";
  const isFine = id.length <= MAX_ID_LENGTH && !/\s/.test(id) && !UNPRINTABLE.test(id);
  return isFine ? null : 'must be the id of an advisory, such as CVE-2026-32686';
}

function textProblem(text: string | null): string | null {
  if (text === null) return null;
  if ([...text].length > MAX_POLICY_TEXT) return `must be at most ${MAX_POLICY_TEXT} characters`;
  return UNPRINTABLE.test(text) ? 'must be one line of printable characters' : null;
}

/** What an override settles. Two that settle the same are one too many, or contradict each other. */
function subjectOf({ action, package: name, requirement, advisoryId, retirementReason }: Override): string {
  const isFinal = action === 'allow' || action === 'deny';
  return JSON.stringify([isFinal ? 'final' : action, name, requirement, advisoryId, retirementReason]);
}
