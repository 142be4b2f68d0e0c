import { type Organization } from './organization.entity.js';

/**
 * What an organization's trial or payment lets it do now. `publishing` and `fetching` are what the gates ask; `state` is
 * what people read; `until` is the moment at which the answer may change by itself (null: only by a change of the row).
 */
export interface Standing {
  readonly state: 'trial' | 'active' | 'comped' | 'lapsed' | 'blocked' | 'closing';
  readonly fetching: boolean;
  readonly publishing: boolean;
  readonly until: Date | null;
}

const open = { fetching: true, publishing: true };
const shut = { fetching: false, publishing: false };

type Ladder = Pick<Organization, 'override' | 'accessUntil' | 'trialEndsAt' | 'deletionAt'>;

/**
 * The whole ladder. It reads the row and the clock, never the network; billing, above, writes the row. An organization that
 * waits for its deletion takes nothing new but is read until its hour, so that nobody's builds break before they must.
 */
export function standingOf(organization: Ladder, now: Date): Standing {
  const paid = ladder(organization, now);
  const { deletionAt } = organization;
  if (deletionAt === null || paid.state === 'blocked') return paid;
  const fetching = paid.fetching && deletionAt > now;
  const until = paid.until === null || paid.until > deletionAt ? deletionAt : paid.until;
  return { state: 'closing', fetching, publishing: false, until: fetching ? until : null };
}

function ladder({ override, accessUntil, trialEndsAt }: Ladder, now: Date): Standing {
  if (override === 'blocked') return { state: 'blocked', ...shut, until: null };
  if (override === 'comped') return { state: 'comped', ...open, until: null };
  if (accessUntil !== null && accessUntil > now) return { state: 'active', ...open, until: accessUntil };
  if (trialEndsAt > now) return { state: 'trial', ...open, until: trialEndsAt };
  return { state: 'lapsed', ...shut, until: null };
}
