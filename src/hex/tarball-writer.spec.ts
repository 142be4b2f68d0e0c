import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { bufferSource } from './byte-source.js';
import { readTarball } from './tarball.js';
import { createTarball } from './tarball-writer.js';
import { readTar } from './tar-reader.js';

const run = promisify(execFile);

const metadata = '{<<"name">>,<<"comb">>}.\n{<<"version">>,<<"1.0.0">>}.\n{<<"description">>,<<"Wächter"/utf8>>}.\n';

const names = [
  'mix.exs',
  'lib/comb.ex',
  'priv/wäbe.txt',
  `${'d'.repeat(90)}/${'n'.repeat(90)}`,
  'l'.repeat(240),
  '蜂'.repeat(60),
];

const input = { metadata, files: names.map((path) => ({ path, bytes: Buffer.from(`bytes of ${path}`) })) };

test('is read by our own reader', async () => {
  const bytes = await createTarball(input);
  const found = await readTarball(bufferSource(bytes));
  expect(Buffer.from(found.metadata).toString()).toBe(metadata);
  expect(found.contents.files).toBe(6);
  expect(found.contents.rootFiles).toEqual(['mix.exs', 'l'.repeat(240), '蜂'.repeat(60)]);
});

test('has its files in the order of the official client', async () => {
  const order: string[] = [];
  const source = bufferSource(await createTarball(input));
  for await (const { path } of readTar(source.open(), { archive: 'tarball', entries: 9 })) order.push(path);
  expect(order).toEqual(['VERSION', 'CHECKSUM', 'metadata.config', 'contents.tar.gz']);
});

test('is the same for the same input', async () => {
  expect(await createTarball(input)).toEqual(await createTarball(input));
});

const hexClient = await run('elixir', ['test/golden/hex-bytes/make/hex.exs']).then(
  () => true,
  () => false,
);

describe.skipIf(!hexClient)('the Hex client (skipped where it is not installed)', () => {
  test('unpacks what we make', { timeout: 30_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'propolis-'));
    try {
      await writeFile(join(folder, 'comb.tar'), await createTarball(input));
      const { stdout } = await run('elixir', ['test/golden/hex-bytes/make/read-tarball.exs', join(folder, 'comb.tar')]);
      const found = JSON.parse(stdout) as { name: string; contents: [string, number, string][] };
      expect(found.name).toBe('comb');
      expect(found.contents.map(([name]) => name)).toEqual(names);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
