import { type Terminal } from './command-line.js';

const WIDTH = 30;
/** Without a terminal, where a line stays: told after so many. */
const STEP = 100;

/** How far something is that takes minutes: one line that is written over where somebody looks, some lines in a log. */
export function progressBar(
  terminal: Terminal,
  { label, unit }: { readonly label: string; readonly unit: string },
  now = Date.now,
): (done: number, of: number) => void {
  const started = now();
  let first: number | undefined;
  return (done, of) => {
    first ??= done;
    const isEnd = done === of;
    if (!terminal.isInteractive) {
      if (done === first && done > 0) terminal.err(`${label}: goes on after ${done} of ${of} ${unit}\n`);
      else if (done > first && (done % STEP === 0 || isEnd)) terminal.err(`${label}: ${done} of ${of} ${unit}\n`);
      return;
    }
    const filled = of === 0 ? WIDTH : Math.round((done / of) * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const left = done > first && !isEnd ? `  ${seconds(((now() - started) / (done - first)) * (of - done))} left` : '';
    terminal.err(`\r${label}  ${bar}  ${done} of ${of} ${unit}${left.padEnd(16)}${isEnd ? '\n' : ''}`);
  };
}

function seconds(ms: number): string {
  const whole = Math.ceil(ms / 1000);
  return whole < 60 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
