import { expect, test } from 'vitest';
import { type ChangeFeed } from './change-feed.js';
import { Clock } from './clock.js';
import { type Loaded, TaggedCache } from './tagged-cache.js';

/** A feed that tells what the test tells it. */
function feedOf() {
  const changed: ((tag: string) => void)[] = [];
  const gaps: (() => void)[] = [];
  const doubts: (() => void)[] = [];
  const feed = {
    listening: true,
    isAway: false,
    deaf: 0,
    graces: 0,
    isThere: () => (feed.isAway = false),
    deafFor: () => feed.deaf,
    onChange: (heard: (tag: string) => void) => void changed.push(heard),
    onAllChanged: (heard: () => void) => void gaps.push(heard),
    onDoubt: (heard: () => void) => void doubts.push(heard),
  };
  return {
    feed: feed as unknown as ChangeFeed,
    change: (tag: string) => changed.forEach((heard) => heard(tag)),
    gap: () => gaps.forEach((heard) => heard()),
    doubt: () => doubts.forEach((heard) => heard()),
    state: feed,
  };
}

/** A cache, and loads that end when the test says so. */
function setUp() {
  const { feed, change, gap, doubt, state } = feedOf();
  const cache = new TaggedCache<string>(feed, new Clock(), { maxEntries: 100, maxAgeMs: 60_000, graceMs: 60_000 });
  const loads: { end: (value: string | null) => void; fail: (error: Error) => void }[] = [];
  const load = () =>
    new Promise<Loaded<string> | null>((resolve, reject) =>
      loads.push({
        end: (value) => resolve(value === null ? null : { value, tags: ['key:1', 'org:1'] }),
        fail: reject,
      }),
    );
  const get = () => cache.get('it', load);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { cache, change, gap, doubt, state, loads, get, turn };
}

test('is kept although something else changed while it was loaded', async () => {
  const { cache, change, loads, get } = setUp();
  const first = get();
  change('key:2');
  loads[0]!.end('one');
  expect(await first).toBe('one');
  expect(cache.peek('it')?.value).toBe('one');
  change('org:1');
  expect(cache.peek('it')).toBeUndefined();
});

test.each([
  ['what it was made of changed', ({ change }: ReturnType<typeof setUp>) => change('org:1')],
  ['changes may have been missed', ({ gap }: ReturnType<typeof setUp>) => gap()],
  [
    'more changed than can be remembered',
    ({ change }: ReturnType<typeof setUp>) => {
      for (let n = 2; n < 10_010; n += 1) change(`key:${n}`);
    },
  ],
])('is not kept when %s while it was loaded', async (_, happens) => {
  const all = setUp();
  const first = all.get();
  happens(all);
  all.loads[0]!.end('one');
  expect(await first).toBe('one');
  expect(all.cache.peek('it')).toBeUndefined();
});

test('who asks after a change of it never gets what was begun before', async () => {
  const { cache, change, loads, get, turn } = setUp();
  const before = get();
  change('key:1');
  const after = get();
  const later = get();
  loads[0]!.end('old');
  await turn();
  expect(loads).toHaveLength(2);
  loads[1]!.end('new');
  expect(await Promise.all([before, after, later])).toEqual(['old', 'new', 'new']);
  expect(cache.peek('it')?.value).toBe('new');
});

test('who asks after a change of something else shares what was begun before', async () => {
  const { change, loads, get } = setUp();
  const before = get();
  change('key:2');
  const after = get();
  loads[0]!.end('one');
  expect(await Promise.all([before, after])).toEqual(['one', 'one']);
  expect(loads).toHaveLength(1);
});

test.each([
  ['was not found', (load: { end: (value: null) => void }) => load.end(null)],
  ['failed', (load: { fail: (error: Error) => void }) => load.fail(new Error('no database'))],
])('what %s is asked for again by those who came after a change', async (_, ends) => {
  const { change, loads, get, turn } = setUp();
  const before = get().catch(() => null);
  change('key:2');
  const after = get();
  ends(loads[0]!);
  expect(await before).toBeNull();
  await turn();
  loads[1]!.end('now');
  expect(await after).toBe('now');
});

test('after a gap nobody waits for what was begun before it', async () => {
  const { gap, loads, get } = setUp();
  void get();
  gap();
  const after = get();
  loads[1]!.end('new');
  expect(await after).toBe('new');
});

const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** An answer in memory, and then nothing is heard any more. */
async function deaf() {
  const all = setUp();
  const first = all.get();
  all.loads[0]!.end('one');
  await first;
  all.state.listening = false;
  all.state.deaf = 1;
  all.doubt();
  return all;
}

test('in doubt it is asked for again, and the new answer counts', async () => {
  const { cache, loads, get } = await deaf();
  expect(cache.peek('it')).toBeUndefined();
  const again = get();
  loads[1]!.end('two');
  expect(await again).toBe('two');
});

test.each([
  ['is gone', (load: { end: (value: null) => void }) => load.end(null)],
  ['is refused', (load: { fail: (error: Error) => void }) => load.fail(new Error('revoked'))],
])('in doubt what %s is forgotten, also for an outage that follows', async (_, ends) => {
  const { loads, get, state } = await deaf();
  const again = get().catch(() => null);
  ends(loads[1]!);
  expect(await again).toBeNull();
  state.isAway = true;
  const later = get();
  loads[2]!.fail(away());
  await expect(later).rejects.toThrow('ECONNREFUSED');
});

test('where the database does not answer the last answer goes on, until the grace is over', async () => {
  const { cache, loads, get, state } = await deaf();
  const again = get();
  loads[1]!.fail(away());
  expect(await again).toBe('one');
  // Known to be away: nobody waits for it.
  state.isAway = true;
  expect(cache.peek('it')?.value).toBe('one');
  expect(loads).toHaveLength(2);
  expect(state.graces).toBe(1);
  state.isAway = false;
  Object.assign(cache['entries'].get('it')!, { staleAt: 0, doubtedAt: Date.now() - 60_000 });
  const late = get();
  loads[2]!.fail(away());
  await expect(late).rejects.toThrow('ECONNREFUSED');
});

test('a database that says nothing is waited for a second', async () => {
  const { loads, get } = await deaf();
  const began = performance.now();
  expect(await get()).toBe('one');
  expect(performance.now() - began).toBeGreaterThan(900);
  loads[1]!.fail(away());
});

test('a change that is heard drops it, grace or no grace', async () => {
  const { change, loads, get, state } = await deaf();
  state.isAway = true;
  change('key:1');
  const again = get();
  loads[1]!.fail(away());
  await expect(again).rejects.toThrow('ECONNREFUSED');
});

test('what has ended by itself gets no grace', async () => {
  const { feed, doubt, state } = feedOf();
  const cache = new TaggedCache<string>(feed, new Clock(), { maxEntries: 100, maxAgeMs: 60_000, graceMs: 60_000 });
  const until = new Date(Date.now() + 30);
  await cache.get('it', async () => ({ value: 'one', tags: [], until }));
  state.listening = false;
  state.isAway = true;
  doubt();
  expect(cache.peek('it')?.value).toBe('one');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(cache.peek('it')).toBeUndefined();
  await expect(cache.get('it', () => Promise.reject(away()))).rejects.toThrow('ECONNREFUSED');
});

test('a database that has no connection to spare is there: what it would say is not guessed', async () => {
  const { loads, get } = await deaf();
  const busy = get();
  loads[1]!.fail(Object.assign(new Error('sorry, too many clients already'), { code: '53300' }));
  await expect(busy).rejects.toThrow('too many');
  // It is not forgotten either.
  const again = get();
  loads[2]!.fail(away());
  expect(await again).toBe('one');
});

test('an answer has been in doubt since the first loss, however often the connection comes and goes', async () => {
  const { feed, doubt, state } = feedOf();
  let now = Date.now();
  const clock = { now: () => new Date(now) };
  const cache = new TaggedCache<string>(feed, clock, { maxEntries: 100, maxAgeMs: 60_000, graceMs: 60_000 });
  await cache.get('it', async () => ({ value: 'one', tags: [] }));
  const get = () => cache.get('it', () => Promise.reject(away()));
  for (let time = 0; time < 5; time += 1) {
    now += 11_000;
    doubt();
    expect(await get()).toBe('one');
  }
  now += 11_000;
  state.deaf = 1;
  doubt();
  expect(await get()).toBe('one');
  now += 11_000;
  doubt();
  await expect(get()).rejects.toThrow('ECONNREFUSED');
});

test('an answer of the database shows that it is there', async () => {
  const { cache, loads, get, state } = await deaf();
  state.isAway = true;
  const other = cache.get('other', async () => ({ value: 'two', tags: [] }));
  expect(await other).toBe('two');
  expect(state.isAway).toBe(false);
  const again = get();
  loads[1]!.end('three');
  expect(await again).toBe('three');
});
