import { expect, test } from 'vitest';
import { progressBar } from './progress-bar.js';

function told(isInteractive: boolean, steps: readonly (readonly [number, number])[]): string {
  let text = '';
  let now = 0;
  const terminal = {
    out: () => undefined,
    err: (more: string) => void (text += more),
    input: [] as never,
    isInteractive,
  };
  const bar = progressBar(terminal, { label: 'acme', unit: 'packages' }, () => (now += 1000));
  for (const [done, of] of steps) bar(done, of);
  return text;
}

test('in a log there are lines, one for a hundred and one in the end', () => {
  const steps = Array.from({ length: 251 }, (_, done) => [done, 250] as const);
  expect(told(false, steps)).toBe('acme: 100 of 250 packages\nacme: 200 of 250 packages\nacme: 250 of 250 packages\n');
});

test('a log says where it goes on', () => {
  expect(
    told(false, [
      [200, 250],
      [250, 250],
    ]),
  ).toBe('acme: goes on after 200 of 250 packages\nacme: 250 of 250 packages\n');
});

test('on a terminal it is one line, with what is left', () => {
  expect(
    told(true, [
      [0, 4],
      [1, 4],
      [4, 4],
    ])
      .split('\r')
      .slice(1),
  ).toEqual([
    `acme  ${'░'.repeat(30)}  0 of 4 packages${' '.repeat(16)}`,
    `acme  ${'█'.repeat(8)}${'░'.repeat(22)}  1 of 4 packages  3 s left${' '.repeat(6)}`,
    `acme  ${'█'.repeat(30)}  4 of 4 packages${' '.repeat(16)}\n`,
  ]);
});

test('of nothing it is done', () => {
  expect(told(true, [[0, 0]])).toContain('0 of 0');
  expect(told(false, [[0, 0]])).toBe('');
});
