import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the image starts what `npm start` starts, and V8 is told the same', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
  const command = /^CMD (.+)$/m.exec(read('deploy/Dockerfile'))![1]!;
  expect(JSON.parse(command)).toEqual(scripts.start.split(' '));
  expect(read('docs/operations.md')).toContain(scripts.start);
});
