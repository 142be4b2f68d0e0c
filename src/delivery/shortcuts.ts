import { type Held, type TaggedCache } from '../platform/tagged-cache.js';

/**
 * A second way to answers of a {@link TaggedCache}, by what a request brings as it is, so that no key has to be put together for
 * each request. It keeps nothing alive: an answer that the cache has dropped is not found here either. Whether the answer is
 * the one that was meant (of this repository, say) must be seen from the answer itself.
 */
export class Shortcuts<V> {
  private readonly held = new Map<string, Held<V>>();

  constructor(
    private readonly cache: TaggedCache<V>,
    private readonly most: number,
  ) {}

  find(by: string, now: number): Held<V> | undefined {
    const held = this.held.get(by);
    return held !== undefined && this.cache.holds(held, now) ? held : undefined;
  }

  remember(by: string, held: Held<V>): void {
    // All at once, now and then: they come back with the next requests.
    if (this.held.size >= this.most) this.held.clear();
    this.held.set(by, held);
  }
}
