import { type DownloadSummary } from '../../packages/downloads.js';
import { counted, number } from './numbers.js';

export interface DownloadDay {
  /** `2026-11-22`. */
  readonly day: string;
  readonly count: number;
}

const [HEIGHT, STEP, BAR] = [48, 10, 7] as const;
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const inWords = (day: string): string => shortDay.format(new Date(`${day}T00:00:00Z`));

/** What the bars show, in a sentence. */
export function chartWords(days: readonly DownloadDay[]): string {
  const sum = days.reduce((total, { count }) => total + count, 0);
  if (sum === 0) return `No downloads in the last ${days.length} days.`;
  const most = days.reduce((best, one) => (one.count > best.count ? one : best));
  return `${counted(sum, 'download')} in the last ${days.length} days, most of them on ${inWords(most.day)}: ${number(most.count)}.`;
}

/** Bars by day, drawn here: no script and nobody else's. Days without a download keep a line to stand on. */
export function DownloadChart({ days }: { days: readonly DownloadDay[] }) {
  const highest = Math.max(1, ...days.map(({ count }) => count));
  const width = days.length * STEP;
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={chartWords(days)}>
      {days.map(({ day, count }, index) => {
        const height = count === 0 ? 1 : Math.max(2, Math.round((count / highest) * (HEIGHT - 2)));
        return (
          <rect
            key={day}
            class={count === 0 ? 'chart-none' : 'chart-bar'}
            x={index * STEP}
            y={HEIGHT - height}
            width={BAR}
            height={height}
          >
            <title>{`${inWords(day)}: ${number(count)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

export function DownloadNumbers({ summary }: { summary: DownloadSummary }) {
  const rows = [
    ['today', summary.day],
    ['7 days', summary.week],
    ['90 days', summary.recent],
    ['all time', summary.all],
  ] as const;
  return (
    <dl class="numbers">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{number(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
