import { type Organization } from '../../organizations/organization.entity.js';
import { type Reason, type Standing } from '../../organizations/standing.js';
import { Badge, type Tone } from '../components/badge.js';
import { dayOf, inWords } from '../components/when.js';

const LABELS: Record<Standing['state'], { readonly label: string; readonly tone: Tone }> = {
  trial: { label: 'trial', tone: 'accent' },
  active: { label: 'active', tone: 'good' },
  canceling: { label: 'canceled', tone: 'warn' },
  past_due: { label: 'past due', tone: 'warn' },
  comped: { label: 'free of charge', tone: 'good' },
  publishing_stopped: { label: 'publishing stopped', tone: 'bad' },
  export_only: { label: 'export only', tone: 'bad' },
  blocked: { label: 'blocked', tone: 'bad' },
  closing: { label: 'being deleted', tone: 'bad' },
};

export function StandingBadge({ standing }: { standing: Standing }) {
  const { label, tone } = LABELS[standing.state];
  return <Badge tone={tone}>{label}</Badge>;
}

/** What brought it down, as a sentence. */
export const reasonWords: Record<Reason, string> = {
  trial_ended: 'The trial has ended.',
  payment_failed: 'The last payment failed.',
  canceled: 'The subscription has ended.',
};

/** What the standing means, in a sentence or two. */
export function standingWords(standing: Standing, { trialEndsAt, paidUntil }: Organization, now: Date): string {
  const { state, until } = standing;
  const reason = standing.reason === null ? '' : `${reasonWords[standing.reason]} `;
  switch (state) {
    case 'trial':
      return `The trial ends ${inWords(until ?? trialEndsAt, now)}, on ${dayOf(until ?? trialEndsAt)}. Until then everything works, for as many members as you like.`;
    case 'active':
      return until === null ? 'Paid for.' : `Paid for until ${dayOf(paidUntil ?? until)}.`;
    case 'canceling':
      return `The subscription has been canceled. Everything works until ${dayOf(until!)}. ${nextWords(standing)}`;
    case 'past_due':
      return `${reason}Everything works until ${dayOf(until!)}. ${nextWords(standing)}`;
    case 'comped':
      return 'The operator of this server has opened it free of charge.';
    case 'publishing_stopped':
      return `${reason}Nothing can be published. Packages can be fetched until ${dayOf(until!)}; after that they can only be looked at and exported.`;
    case 'export_only':
      return `${reason}Packages can be looked at and exported, but neither fetched nor published. Nothing is deleted.`;
    case 'blocked':
      return 'The operator of this server has blocked it. Packages can be neither fetched nor published.';
    case 'closing':
      return standing.fetching
        ? 'It is about to be deleted. Packages can still be fetched, but nothing can be published.'
        : 'It is about to be deleted. Packages can be neither fetched nor published.';
  }
}

/** What comes after the time in which everything works. */
export function nextWords({ next }: Standing): string {
  if (next?.state === 'publishing_stopped')
    return 'Then publishing stops, while packages that are there can still be fetched.';
  return next?.state === 'export_only' ? 'Then packages can be neither fetched nor published.' : '';
}
