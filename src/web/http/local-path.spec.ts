import { expect, test } from 'vitest';
import { localPath } from './local-path.js';

test.each(['/', '/orgs/acme', '/oauth/device?user_code=BCDF-GHJK', '/packages?search=a%20b#top', '/a/b?c=//d'])(
  'a path of this site: %s',
  (path) => {
    expect(localPath(path, '/home')).toBe(path);
  },
);

test.each([
  ...['', 'orgs', 'https://evil.example', '//evil.example', '/\\evil.example', '/a\\b', '\\\\evil', '/\t/evil.example'],
  ...['/\n/evil', ' //evil', '/%0d%0aset-cookie', 'javascript:alert(1)', '///evil', '/./\\evil', '/..//evil.example'],
  ...[undefined, null, 7, ['/a'], `/${'a'.repeat(3000)}`],
])('not a path of this site: %j', (path) => {
  const found = localPath(path, '/home');
  // What is decoded nowhere may stay, as long as it stays here.
  expect(new URL(found, 'http://site.invalid').origin).toBe('http://site.invalid');
  if (path !== '/%0d%0aset-cookie') expect(found).toBe('/home');
});
