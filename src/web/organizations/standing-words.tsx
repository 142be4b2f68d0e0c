import { type Organization } from '../../organizations/organization.entity.js';
import { type Standing } from '../../organizations/standing.js';
import { Badge, type Tone } from '../components/badge.js';
import { dayOf, inWords } from '../components/when.js';

const LABELS: Record<Standing['state'], { readonly label: string; readonly tone: Tone }> = {
  trial: { label: 'trial', tone: 'accent' },
  active: { label: 'active', tone: 'good' },
  comped: { label: 'free of charge', tone: 'good' },
  lapsed: { label: 'lapsed', tone: 'bad' },
  blocked: { label: 'blocked', tone: 'bad' },
  closing: { label: 'being deleted', tone: 'bad' },
};

export function StandingBadge({ standing }: { standing: Standing }) {
  const { label, tone } = LABELS[standing.state];
  return <Badge tone={tone}>{label}</Badge>;
}

/** What the standing means, in a sentence or two. */
export function standingWords({ state, until }: Standing, { trialEndsAt }: Organization, now: Date): string {
  switch (state) {
    case 'trial':
      return `The trial ends ${inWords(until ?? trialEndsAt, now)}, on ${dayOf(until ?? trialEndsAt)}. Until then everything works, for as many members as you like.`;
    case 'active':
      return until === null ? 'Paid for.' : `Paid for until ${dayOf(until)}.`;
    case 'comped':
      return 'The operator of this server has opened it free of charge.';
    case 'lapsed':
      return 'The trial or subscription has ended. Packages can be looked at, but neither fetched nor published. Nothing is deleted.';
    case 'blocked':
      return 'The operator of this server has blocked it. Packages can be neither fetched nor published.';
    case 'closing':
      return 'It is about to be deleted. Packages can still be fetched, but nothing can be published.';
  }
}
