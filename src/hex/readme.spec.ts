import { describe, expect, test } from 'vitest';
import { bufferSource } from './byte-source.js';
import { readmeRank } from './readme.js';
import { createTarball } from './tarball-writer.js';
import { readTarball } from './tarball.js';

const readmeOf = async (files: Record<string, string | Buffer>) => {
  const contents = Object.entries(files).map(([path, bytes]) => ({ path, bytes: Buffer.from(bytes) }));
  return (
    await readTarball(bufferSource(await createTarball({ metadata: '{<<"name">>,<<"x">>}.\n', files: contents })))
  ).readme;
};

describe('the readme of a tarball', () => {
  test('is found in any spelling, at the root only', async () => {
    for (const path of ['README.md', 'readme.MD', 'Readme', 'README.markdown', 'README.txt', 'readme.rst'])
      expect([path, await readmeOf({ [path]: '# Hi' })]).toEqual([path, { path, text: '# Hi' }]);
    for (const path of ['docs/README.md', 'README.exe', 'README.md.bak', 'NOT_README.md', 'xREADME'])
      expect([path, await readmeOf({ [path]: '# Hi' })]).toEqual([path, undefined]);
  });

  test('is the best of several, wherever they stand', async () => {
    const both = { README: 'plain', 'README.md': 'marked' };
    expect((await readmeOf(both))?.text).toBe('marked');
    expect((await readmeOf(Object.fromEntries(Object.entries(both).reverse())))?.text).toBe('marked');
  });

  test('is the next best where the best is of no use', async () => {
    expect((await readmeOf({ 'README.md': Buffer.from([0xff, 0xfe]), README: 'plain' }))?.text).toBe('plain');
  });

  test('is text in UTF-8 of a bearable length, or absent', async () => {
    expect(await readmeOf({ 'README.md': Buffer.from([0xc3, 0x28]) })).toBeUndefined();
    expect(await readmeOf({ 'README.md': 'a\0b' })).toBeUndefined();
    expect(await readmeOf({ 'README.md': ' \n' })).toBeUndefined();
    expect(await readmeOf({ 'README.md': 'x'.repeat(512 * 1024 + 1) })).toBeUndefined();
    expect((await readmeOf({ 'README.md': 'x'.repeat(512 * 1024) }))?.text).toHaveLength(512 * 1024);
    expect((await readmeOf({ 'README.md': '﻿# Böhnchen 蜂' }))?.text).toBe('# Böhnchen 蜂');
  });
});

test('markdown goes before plain text', () => {
  expect(['README.md', 'README', 'README.txt', 'LICENSE'].map(readmeRank)).toEqual([0, 2, 3, null]);
});
