import { inOrder, perform } from './billing/tasks.js';
import { Problem } from './http/problem.js';
import { type SandboxEvent } from './objects.js';
import { type Settings } from './settings.js';
import { type StateFile } from './state-file.js';
import { type Change, type Store } from './store.js';
import { type Cause, Work } from './work.js';

export interface EngineParts {
  store: Store;
  file?: StateFile;
  base: () => Date;
  settings: Settings;
  apiVersion: string;
}

/**
 * Runs every change of the sandbox, one at a time: what is due by the clock first, then the change itself; then it is
 * written down as a whole, and only then do its events leave and its answer too.
 */
export class Engine {
  url = '';
  /** Called with the events of each change that was written. */
  onEvents: (events: SandboxEvent[]) => void = () => {};
  /** Called for each event while its change is still being made: whatever is added is written with it. */
  onEvent: (work: Work, event: SandboxEvent) => void = () => {};
  private offset: number;
  /** Where time stands still, in milliseconds. */
  private stillAt: number | undefined;

  constructor(private readonly parts: EngineParts) {
    this.offset = parts.file?.load(parts.store) ?? 0;
    this.followTestClocks();
  }

  get settings(): Settings {
    return this.parts.settings;
  }

  get store(): Store {
    return this.parts.store;
  }

  now(): Date {
    return new Date(this.stillAt ?? this.parts.base().getTime() + this.offset);
  }

  /** While there are test clocks time stands where the furthest of them does; when the last is gone it goes on from there. */
  followTestClocks(): void {
    const clocks = this.store.all('test_helpers.test_clock');
    const now = this.now().getTime();
    if (clocks.length === 0) this.offset = now - this.parts.base().getTime();
    this.stillAt =
      clocks.length === 0 ? undefined : Math.max(now, ...clocks.map(({ frozen_time: time }) => time * 1000));
  }

  nextDue(): Date | undefined {
    const next = inOrder(this.store.all('task'))[0];
    return next && new Date(next.at * 1000);
  }

  /** @throws Problem what the change says; without `keep` nothing of it is left */
  transact<T>(run: (work: Work) => T, cause: Partial<Cause> = {}): T {
    this.catchUp();
    return this.settle(this.work(seconds(this.now()), cause), run);
  }

  /** A look that changes nothing, whatever it does. */
  look<T>(run: (work: Work) => T): T {
    this.catchUp();
    return run(this.work(seconds(this.now())));
  }

  /** Does what is due, each at its own moment. */
  catchUp(): void {
    const now = seconds(this.now());
    for (let task = this.dueBy(now); task; task = this.dueBy(now)) this.run(task);
  }

  /** Goes through everything that falls due on the way; between two moments others have their turn. */
  async advance(milliseconds: number, afterStep: () => unknown): Promise<void> {
    const target = this.now().getTime() + milliseconds;
    for (let task = this.dueBy(target / 1000); task; task = this.dueBy(target / 1000)) {
      this.moveTo(Math.max(task.at * 1000, this.now().getTime()));
      this.run(task);
      if (this.dueBy(target / 1000)?.at !== task.at) await afterStep();
    }
    this.moveTo(Math.max(target, this.now().getTime()));
    this.save([]);
    await afterStep();
  }

  private dueBy(now: number) {
    const [next] = inOrder(this.store.all('task'));
    return next && next.at <= now ? next : undefined;
  }

  private run(task: NonNullable<ReturnType<Engine['dueBy']>>): void {
    this.settle(this.work(task.at), (work) => perform(work, task));
  }

  private moveTo(time: number): void {
    this.offset = time - this.parts.base().getTime();
    if (this.stillAt !== undefined) this.stillAt = time;
  }

  private work(now: number, cause: Partial<Cause> = {}): Work {
    const { apiVersion, settings } = this.parts;
    return new Work(this.store, now, {
      requestId: null,
      idempotencyKey: null,
      apiVersion,
      url: this.url,
      settings,
      ...cause,
    });
  }

  private settle<T>(work: Work, run: (work: Work) => T): T {
    try {
      const result = run(work);
      this.commit(work);
      return result;
    } catch (error) {
      if (error instanceof Problem && error.keep) this.commit(work);
      throw error;
    }
  }

  private commit(work: Work): void {
    const fresh = work.changes().flatMap((change) => (this.isNewEvent(change) ? [change.next as SandboxEvent] : []));
    for (const event of fresh) this.onEvent(work, event);
    this.save(work.changes());
    if (fresh.length) this.onEvents(fresh);
  }

  private isNewEvent({ kind, id, next }: Change): boolean {
    return kind === 'event' && next !== undefined && !this.store.get(kind, id);
  }

  private save(changes: Change[]): void {
    this.store.apply(changes);
    this.parts.file?.save(this.store, this.offset);
  }
}

const seconds = (time: Date) => Math.floor(time.getTime() / 1000);
