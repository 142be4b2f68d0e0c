import { type Severity } from '../../hex/registry/advisory.js';
import { type Override, type OverrideAction, type RepositoryPolicy } from '../../hex/registry/policy.js';
import { type RetirementReason } from '../../hex/registry/retirement.js';
import { type Tone } from '../components/badge.js';

export const severityWords: Readonly<Record<Severity, string>> = {
  none: 'any advisory',
  low: 'low or worse',
  medium: 'medium or worse',
  high: 'high or worse',
  critical: 'critical',
};

export const reasonHints: Readonly<Record<RetirementReason, string>> = {
  security: 'It has a security problem.',
  invalid: 'It does not do what it says.',
  deprecated: 'It is no longer maintained.',
  renamed: 'The package has another name now.',
  other: 'For another reason.',
};

export const actionWords: Readonly<Record<OverrideAction, { label: string; tone: Tone }>> = {
  allow: { label: 'Allow', tone: 'good' },
  deny: { label: 'Deny', tone: 'bad' },
  advisory: { label: 'Accept an advisory', tone: 'warn' },
  retirement: { label: 'Accept a retirement', tone: 'warn' },
  cooldown: { label: 'Skip the waiting time', tone: 'warn' },
};

const UNITS = { d: 'day', w: 'week', mo: 'month' } as const;

/** "7 days"; null where nothing has to be waited for. */
export function cooldownWords(cooldown: string | null): string | null {
  const [, digits = '0', unit = 'd'] = /^(\d+)(d|w|mo)?$/.exec(cooldown ?? '') ?? [];
  const count = Number(digits);
  return count === 0 ? null : `${count} ${UNITS[unit as keyof typeof UNITS]}${count === 1 ? '' : 's'}`;
}

/** What a policy says of one repository, in a line. */
export function summaryOf({ restriction, overrides }: RepositoryPolicy): string {
  const { advisoryMinSeverity: severity, retirementReasons: reasons, cooldown } = restriction;
  const age = cooldownWords(cooldown);
  const parts = [
    age === null ? null : `at least ${age} old`,
    severity === null ? null : severity === 'none' ? 'no advisories' : `no advisories of ${severityWords[severity]}`,
    reasons.length === 0 ? null : `not retired as ${reasons.join(', ')}`,
    overrides.length === 0 ? null : overrides.length === 1 ? '1 exception' : `${overrides.length} exceptions`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'everything is allowed' : parts.join(' · ');
}

/** What an exception is about, besides the package. */
export function subjectWords({ action, advisoryId, retirementReason }: Override): string | null {
  if (action === 'advisory') return advisoryId;
  return action === 'retirement' ? retirementReason : null;
}
