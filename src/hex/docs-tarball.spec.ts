import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { directory, type RawEntry, symlink, tar } from '../../test/golden/hex-bytes/make/tar-bytes.js';
import { bufferSource } from './byte-source.js';
import { checkDocs, docsLimits } from './docs-tarball.js';

const index: RawEntry = { name: 'index.html', body: '<h1>hello</h1>' };
const check = (entries: RawEntry[], limits = docsLimits) =>
  checkDocs(bufferSource(gzipSync(tar(entries))), limits).then(
    () => 'fine',
    (error: Error) => error.message,
  );

describe('a documentation tarball', () => {
  test.each<[string, RawEntry[]]>([
    ['one page', [index]],
    ['pages, pictures, directories', [directory('dist'), { name: 'dist/app.js', body: 'x' }, index]],
    ['a version deeper down', [{ name: 'guides/1.0.0/x.html' }, index]],
    ['what is almost a version', [{ name: '1.0' }, { name: 'v1.0.0' }, { name: '1.0.0.html' }, index]],
    ['./index.html', [{ name: './index.html' }]],
    ['a link that stays inside', [index, symlink('latest.html', 'index.html')]],
  ])('is fine with %s', async (_what, entries) => {
    expect(await check(entries)).toBe('fine');
  });

  const asVersion = 'root file or directory name not allowed to match a semver version';
  test.each<[string, RawEntry[], string]>([
    ['nothing', [], 'missing files: index.html'],
    ['the index deeper down', [{ name: 'doc/index.html' }], 'missing files: index.html'],
    ['a directory for an index', [directory('index.html')], 'missing files: index.html'],
    ['a link for an index', [{ name: 'a.html' }, symlink('index.html', 'a.html')], 'missing files: index.html'],
    ['a version at its top', [index, { name: '1.2.3/index.html' }], asVersion],
    ['a pre-release at its top', [index, { name: '1.0.0-rc.1+build' }], asVersion],
    ['a path outside', [index, { name: '../x' }], 'unsafe path in docs.tar.gz: ../x (it leaves its directory)'],
    [
      'a link outside',
      [index, symlink('x', '/etc/passwd')],
      'unsafe symlink in docs.tar.gz: x -> /etc/passwd (absolute path)',
    ],
    ['a file twice', [index, index], 'duplicate file in docs.tar.gz: index.html'],
  ])('is refused with %s', async (_what, entries, message) => {
    expect(await check(entries)).toBe(message);
  });

  test('is refused when it unpacks to more than the limit, whatever it claims', async () => {
    const big = [index, { name: 'big', body: Buffer.alloc(100_000) }];
    expect(await check(big, { ...docsLimits, contents: 50_000 })).toMatch(/^too big/);
  });

  test('must be gzip', async () => {
    await expect(checkDocs(bufferSource(tar([index])))).rejects.toThrow(/^invalid docs.tar.gz: it is not gzip/);
  });
});
