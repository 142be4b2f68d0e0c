import { type ComponentChildren } from 'preact';
import { type Act } from '../../browser-port.js';
import { useBack } from './pages.js';

const GOOD = ['active', 'paid', 'succeeded', 'verified', 'won', 'trialing', 'complete', 'delivered'];
const BAD = ['past_due', 'unpaid', 'failed', 'uncollectible', 'canceled', 'incomplete_expired', 'lost', 'unverified'];

/** Stripe's own words for a state, readable. */
export function Badge({ of }: { of: string }) {
  const tone = GOOD.includes(of) ? 'good' : BAD.includes(of) ? 'bad' : 'open';
  return <span class={`badge ${tone}`}>{of.replaceAll('_', ' ')}</span>;
}

export interface PostProps {
  readonly to: string;
  readonly fields: Readonly<Record<string, string | number>>;
  /** What it is about, for those who hear the button without its row. */
  readonly about?: string | undefined;
  readonly primary?: boolean;
  readonly children: string;
}

/** A button that does something: a form of its own, since nothing here needs a script. */
export function Post({ to, fields, about, primary, children }: PostProps) {
  const all = { ...fields, back: useBack() };
  return (
    <form method="post" action={to}>
      {Object.entries(all).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button class={primary ? 'primary' : undefined} aria-label={about && `${children}: ${about}`}>
        {children}
      </button>
    </form>
  );
}

/** What only the bank, or somebody in Stripe's dashboard, does. */
export const ActButton = ({ act, about, children }: { act: Act; about: string; children: string }) => (
  <Post to="/dashboard/acts" fields={act} about={about}>
    {children}
  </Post>
);

interface RowProps {
  readonly title: ComponentChildren;
  readonly badge?: string | null;
  readonly facts: readonly (string | false | null | undefined)[];
  /** Buttons and links. */
  readonly children?: ComponentChildren;
}

export const Row = ({ title, badge, facts, children }: RowProps) => (
  <li class="row">
    <div class="row-text">
      <div class="row-title">
        {title} {badge && <Badge of={badge} />}
      </div>
      <div class="quiet">{facts.filter(Boolean).join(' · ')}</div>
    </div>
    {children && <div class="row-acts">{children}</div>}
  </li>
);

export interface ListProps<T> {
  readonly head: string;
  readonly items: readonly T[];
  readonly none: string;
  readonly children: (item: T) => ComponentChildren;
}

const MOST = 50;

/** The newest few. */
export const List = <T,>({ head, items, none, children }: ListProps<T>) => (
  <section>
    <h2>
      {head}{' '}
      {items.length > MOST && (
        <span class="quiet">
          the newest {MOST} of {items.length}
        </span>
      )}
    </h2>
    {items.length === 0 ? (
      <p class="card quiet">{none}</p>
    ) : (
      <ul class="card rows">{items.slice(0, MOST).map(children)}</ul>
    )}
  </section>
);
