import { type Reason, type Standing } from '../../organizations/standing.js';
import { paths } from '../../platform/paths.js';
import { Notice } from '../components/notice.js';
import { dayOf, inWords } from '../components/when.js';
import { nextWords, reasonWords } from './standing-words.js';

const TRIAL_NOTICE_MS = 7 * 24 * 60 * 60 * 1000;

const REMEDIES: Record<Reason, string> = {
  trial_ended: 'Subscribe',
  payment_failed: 'Pay the open invoice',
  canceled: 'Subscribe again',
};

interface Banner {
  readonly tone: 'warn' | 'bad';
  readonly title: string;
  readonly text: string;
}

/** On every page of an organization that loses something, or soon will: what, when, and where to mend it. */
export function StandingBanner({ name, standing, mayPay, now }: Shown) {
  const banner = bannerOf(standing, now);
  if (banner === null) return null;
  return (
    <Notice tone={banner.tone} title={banner.title}>
      <p>{banner.text}</p>
      {mayPay ? (
        <p class="actions">
          <a class="button button-small" href={paths.billing(name)}>
            {REMEDIES[standing.reason ?? 'trial_ended']}
          </a>
        </p>
      ) : (
        <p>Members with the role admin or billing can settle it.</p>
      )}
    </Notice>
  );
}

interface Shown {
  readonly name: string;
  readonly standing: Standing;
  readonly mayPay: boolean;
  readonly now: Date;
}

function bannerOf(standing: Standing, now: Date): Banner | null {
  const { state, until, reason } = standing;
  const because = reason === null ? '' : reasonWords[reason];
  switch (state) {
    case 'trial':
      if (until!.getTime() - now.getTime() > TRIAL_NOTICE_MS) return null;
      return {
        ...{ tone: 'warn', title: `The trial ends ${inWords(until!, now)}` },
        text: `Everything works until ${dayOf(until!)}. ${nextWords(standing)}`,
      };
    case 'past_due':
      return {
        ...{ tone: 'warn', title: 'The last payment failed' },
        text: `Everything works until ${dayOf(until!)}. ${nextWords(standing)}`,
      };
    case 'publishing_stopped':
      return {
        ...{ tone: 'bad', title: 'Publishing has stopped' },
        text: `${because} Packages can be fetched until ${dayOf(until!)}; after that they can only be looked at and exported.`,
      };
    case 'export_only':
      return {
        ...{ tone: 'bad', title: 'Packages can be neither fetched nor published' },
        text: `${because} Nothing is deleted: packages can be looked at, retired and exported.`,
      };
    default:
      return null;
  }
}
