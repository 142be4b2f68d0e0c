import { type Organization } from './organization.entity.js';

/**
 * What an organization's trial or payment lets it do now. `publishing` and `fetching` are what the gates ask; `state` is
 * what people read; `until` is the moment at which the answer may change by itself (null: only by a change of the row).
 */
export interface Standing {
  readonly state: 'trial' | 'active' | 'comped' | 'lapsed' | 'blocked';
  readonly fetching: boolean;
  readonly publishing: boolean;
  readonly until: Date | null;
}

const open = { fetching: true, publishing: true };
const shut = { fetching: false, publishing: false };

/** The whole ladder. It reads the row and the clock, never the network; billing, above, writes the row. */
export function standingOf(
  organization: Pick<Organization, 'override' | 'accessUntil' | 'trialEndsAt'>,
  now: Date,
): Standing {
  const { override, accessUntil, trialEndsAt } = organization;
  if (override === 'blocked') return { state: 'blocked', ...shut, until: null };
  if (override === 'comped') return { state: 'comped', ...open, until: null };
  if (accessUntil !== null && accessUntil > now) return { state: 'active', ...open, until: accessUntil };
  if (trialEndsAt > now) return { state: 'trial', ...open, until: trialEndsAt };
  return { state: 'lapsed', ...shut, until: null };
}
