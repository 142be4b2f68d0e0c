import { expect, test } from 'vitest';
import { parsePath } from './paths.js';

/** The same address as no client writes it, so that it is read segment by segment. */
const unusual = (path: string): string => path.replace('/repo', '//repo/');

test.each([
  '/repo/names',
  '/repo/versions',
  '/repo/packages/wax',
  '/repo/repos/acme/packages/wax_2',
  '/repo/repos/acme/names',
  '/repo/repos/hexpm/versions',
  '/repo/repos/acme/tarballs/wax-1.2.3.tar',
  '/repo/repos/acme/tarballs/wax-1.2.3-rc.1+build-7.tar',
  '/repo/tarballs/a-b-1.tar',
  '/repo/repos/acme/tarballs/wax-1.tar.tar',
  '/repo/repos/Acme/names',
  '/repo/repos/acme/packages/Wax',
  '/repo/repos/acme/packages/wax/more',
  '/repo/repos/acme/tarballs/wax.tar',
  '/repo/repos/acme/tarballs/-1.tar',
  `/repo/packages/${'a'.repeat(202)}`,
])('the short way of reading %s comes to what the long one does', (path) => {
  expect(parsePath(path, 'hexpm')).toEqual(parsePath(unusual(path), 'hexpm'));
});

test('what they come to', () => {
  expect(parsePath('/repo/repos/acme/tarballs/a-b-1.tar', undefined)).toEqual({
    ...{ kind: 'tarball', scope: 'acme', name: 'a', version: 'b-1' },
  });
  expect(parsePath('/repo/repos/hexpm/packages/wax', 'hexpm')).toEqual({ kind: 'index', path: 'packages/wax' });
  expect(parsePath('/repo/repos/acme/packages/wax%2f', undefined)).toBeNull();
});
