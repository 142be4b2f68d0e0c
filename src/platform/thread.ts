import { parentPort, Worker } from 'node:worker_threads';
import { DomainError } from './errors.js';
import { thisThreadLater } from './priority.js';

/** So that what goes wrong in it ends the thread and not the process. */
const MEMORY_MB = 256;
const IDLE_MS = 60_000;

interface Question {
  readonly id: number;
  readonly input: unknown;
}

interface Answer {
  readonly id: number;
  readonly value: unknown;
}

interface Asker {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly worker: Worker;
  readonly askers: Map<number, Asker>;
}

/**
 * One function on a thread of its own, for what would hold up the event loop that answers fetches; one question at a time. It is
 * started by the first question and ended after a minute without one. When it dies, whoever waits for it is told so, and the
 * next question starts another.
 */
export class Thread<I, O> {
  private running: Running | undefined;
  private idle: NodeJS.Timeout | undefined;
  private asked = 0;

  /** `file`: a built module that calls {@link answerWith}. */
  constructor(private readonly file: URL) {}

  ask(input: I): Promise<O> {
    const { worker, askers } = (this.running ??= this.start());
    clearTimeout(this.idle);
    const id = (this.asked += 1);
    return new Promise<O>((resolve, reject) => {
      askers.set(id, { resolve, reject });
      worker.postMessage({ id, input } satisfies Question);
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    await this.running?.worker.terminate();
  }

  private start(): Running {
    const worker = new Worker(this.file, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
    // Whoever waits for an answer keeps the process alive by other means.
    worker.unref();
    const running: Running = { worker, askers: new Map() };
    worker.on('message', ({ id, value }: Answer) => {
      running.askers.get(id)?.resolve(value as never);
      running.askers.delete(id);
      if (running.askers.size === 0) this.endLater(running);
    });
    let reason: unknown = 'it was ended';
    worker.on('error', (error) => (reason = error));
    worker.on('exit', () => {
      if (this.running === running) this.running = undefined;
      for (const { reject } of running.askers.values()) reject(died(reason));
    });
    return running;
  }

  private endLater(running: Running): void {
    clearTimeout(this.idle);
    const end = () => {
      // Who asks from now on is not to wait for one that is ending.
      if (this.running === running) this.running = undefined;
      void running.worker.terminate();
    };
    this.idle = setTimeout(end, IDLE_MS).unref();
  }
}

const died = (cause: unknown): DomainError =>
  Object.assign(new DomainError('unavailable', 'thread_ended', 'this took more than there is at the moment'), {
    cause,
  });

/** In the thread: what it answers each question with. What `work` throws ends the thread. */
export function answerWith<I, O>(work: (input: I) => O): void {
  const port = parentPort;
  if (port === null) throw new Error('this module is for a thread of its own');
  thisThreadLater();
  port.on('message', ({ id, input }: Question) => port.postMessage({ id, value: work(input as I) } satisfies Answer));
}
