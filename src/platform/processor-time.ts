import { readFileSync } from 'node:fs';

export interface ProcessorTime {
  /** Milliseconds on a processor. */
  readonly ran: number;
  /** Milliseconds for which it could have run, and somebody else had the processor. */
  readonly waited: number;
}

const UNTOLD: ProcessorTime = { ran: NaN, waited: NaN };

/** Of this thread, so far; NaN where the system does not tell. See proc(5), `schedstat`: in nanoseconds. */
export function processorTime(): ProcessorTime {
  try {
    const [ran = 0, waited = 0] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ').map(Number);
    // Who asks has run: zero is a kernel that does not count.
    return ran > 0 ? { ran: ran / 1e6, waited: waited / 1e6 } : UNTOLD;
  } catch {
    return UNTOLD;
  }
}
