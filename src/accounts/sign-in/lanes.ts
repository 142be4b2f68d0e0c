import { DomainError } from '../../platform/errors.js';

/**
 * Work that wants a lot of processor, done few at a time and one at a time for each lane (an address): whoever sends much
 * waits behind themselves, not in front of everybody else.
 */
export class Lanes {
  private readonly lanes = new Map<string, { tail: Promise<unknown>; length: number }>();
  private readonly queue: (() => void)[] = [];
  private free: number;

  constructor(
    parallel: number,
    private readonly longest: number,
  ) {
    this.free = parallel;
  }

  /** Throws `unavailable` where too much waits in the lane already. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const lane = this.lanes.get(name) ?? { tail: Promise.resolve(), length: 0 };
    if (lane.length >= this.longest)
      throw new DomainError('unavailable', 'too_many_logins', 'too many logins at the moment, please try again');
    this.lanes.set(name, lane);
    lane.length += 1;
    const turn = lane.tail.then(() => this.inTurn(work));
    lane.tail = turn.catch(() => undefined);
    return turn.finally(() => {
      lane.length -= 1;
      if (lane.length === 0) this.lanes.delete(name);
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((go) => this.queue.push(go));
    try {
      return await work();
    } finally {
      // Handed on rather than given back, so that nobody who comes later is first.
      const next = this.queue.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
