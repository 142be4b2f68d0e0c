import { type BrowserPort } from '../../browser-port.js';
import { momentOf } from '../dates.js';
import { Post } from './parts.js';

const HOUR = 3_600_000;

const RENEWING = ['active', 'trialing', 'past_due'];

/** When the next subscription begins a new period. */
function nextRenewal(sandbox: BrowserPort): Date | undefined {
  const renewing = sandbox.objects('subscription').filter(({ status }) => RENEWING.includes(status));
  const ends = renewing.flatMap(({ items }) => items.data.map((item) => item.current_period_end));
  return ends.length === 0 ? undefined : new Date(Math.min(...ends) * 1000);
}

const until = (sandbox: BrowserPort, moment: Date = sandbox.now()): number =>
  Math.max(0, moment.getTime() - sandbox.now().getTime());

/** How far each button moves the clock, in milliseconds. A month is the calendar's. */
export const STEPS = {
  hour: () => HOUR,
  day: () => 24 * HOUR,
  week: () => 7 * 24 * HOUR,
  month: (sandbox: BrowserPort) => {
    const later = new Date(sandbox.now());
    const day = later.getUTCDate();
    later.setUTCMonth(later.getUTCMonth() + 1);
    // There is no 31st in it: its last day.
    if (later.getUTCDate() !== day) later.setUTCDate(0);
    return later.getTime() - sandbox.now().getTime();
  },
  next: (sandbox: BrowserPort) => until(sandbox, sandbox.nextDue()),
  // An invoice of a renewal is charged an hour after it was made.
  renewal: (sandbox: BrowserPort) => until(sandbox, nextRenewal(sandbox)) + HOUR + 60_000,
} as const satisfies Record<string, (sandbox: BrowserPort) => number>;

const LABELS = { hour: '+ 1 hour', day: '+ 1 day', week: '+ 1 week', month: '+ 1 month' } as const;

/** Time stands above everything else: most of what one wants to see here happens when it moves. */
export function Clock({ sandbox }: { sandbox: BrowserPort }) {
  const next = sandbox.nextDue();
  return (
    <section class="card clock" aria-labelledby="clock">
      <div>
        <h2 id="clock">The sandbox’s clock</h2>
        <p class="time">
          <time dateTime={sandbox.now().toISOString()}>{momentOf(sandbox.now())}</time>
        </p>
        <p class="quiet">{next === undefined ? 'Nothing is due.' : `Next is due: ${momentOf(next)}`}</p>
      </div>
      <div class="row-acts" role="group" aria-label="Move the clock on">
        {nextRenewal(sandbox) !== undefined && (
          <Post to="/dashboard/clock" fields={{ step: 'renewal' }} primary>
            To the next renewal
          </Post>
        )}
        {next !== undefined && (
          <Post to="/dashboard/clock" fields={{ step: 'next' }}>
            To what is due next
          </Post>
        )}
        {(['hour', 'day', 'week', 'month'] as const).map((step) => (
          <Post key={step} to="/dashboard/clock" fields={{ step }}>
            {LABELS[step]}
          </Post>
        ))}
      </div>
    </section>
  );
}
