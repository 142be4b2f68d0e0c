import { afterAll, expect, test } from 'vitest';
import { Thread } from '../../src/platform/thread.js';
import { type RenderedReadmes } from '../../src/web/markdown/rendered-readmes.js';
import { renderMarkdown } from '../../src/web/markdown/markdown.js';

const thread = new Thread<string, string>(new URL('../support/shouting-thread.mjs', import.meta.url));
afterAll(() => thread.close());

test('answers each question with its own answer', async () => {
  const words = ['one', 'two', 'three'];
  expect(await Promise.all(words.map((word) => thread.ask(word)))).toEqual(['ONE', 'TWO', 'THREE']);
});

test.each(['throw', 'exit', 'grow'])(
  'whoever waits is told when it dies of a question (%s), and the next is answered',
  async (last) => {
    const answers = await Promise.allSettled(['one', last, 'behind it'].map((word) => thread.ask(word)));
    expect(answers[0]).toEqual({ status: 'fulfilled', value: 'ONE' });
    for (const answer of answers.slice(1))
      expect(answer).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable', code: 'thread_ended' } });
    expect(await thread.ask('again')).toBe('AGAIN');
  },
);

test('one that was closed is started again by a question', async () => {
  await thread.close();
  expect(await thread.ask('after')).toBe('AFTER');
});

// The sources render in place; this is what has been built.
test('a readme is rendered off the event loop, as it would be on it, and once for all who ask', async () => {
  const built = new URL('../../dist/src/web/markdown/rendered-readmes.js', import.meta.url).href;
  const { RenderedReadmes: Built } = (await import(built)) as { RenderedReadmes: new () => RenderedReadmes };
  const readmes = new Built();
  const readme = { path: 'README.md', text: '# A package\n\n<script>alert(1)</script> **bold**\n\n'.repeat(200) };
  // Rendered here it would take tens of turns. Rarely enough to leave a busy machine to the thread.
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 2);
  const [first, second] = await Promise.all([readmes.html(readme), readmes.html(readme)]);
  clearInterval(counting);
  expect(first).toBe(renderMarkdown(readme.text));
  expect(second).toBe(first);
  expect(turns).toBeGreaterThan(3);
  await readmes.beforeApplicationShutdown();
});
