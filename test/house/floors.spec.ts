import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../support/programs.js';

const root = join(import.meta.dirname, '../..');

test('imports go down or stay in their room', async () => {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { code, output } = await run(
    process.execPath,
    [cruiser, '--config', '.dependency-cruiser.cjs', 'src', 'migrations'],
    { cwd: root, seconds: 170 },
  );
  expect([code, output]).toEqual([0, expect.stringContaining('no dependency violations found')]);
}, 180_000);

test('the map names every room, and no file that does not exist', () => {
  const map = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of rooms) expect(map).toContain(`${name}/`);
  const files = new Set(readdirSync(join(root, 'src'), { recursive: true }).map(String));
  // Walkthroughs write `room/file`, without the ending.
  const named = [...map.matchAll(/`((?:[a-z-]+\/)+[a-z0-9.-]+)`/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter((name) => !['.ts', '.tsx', ''].some((ending) => files.has(`${name}${ending}`)));
  expect(missing.filter((name) => !/^(docs|test|deploy|migrations)\//.test(name))).toEqual([]);
});
