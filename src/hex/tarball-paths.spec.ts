import { describe, expect, test } from 'vitest';
import { FormatError } from './format-error.js';
import { type TarEntry } from './tar-reader.js';
import { TarballPaths } from './tarball-paths.js';

type Entry = [path: string, target?: string];

/** A path that ends with a slash is a directory, one with a target a symlink. */
function entry([path, target]: Entry): TarEntry {
  const type = target !== undefined ? 'symlink' : path.endsWith('/') ? 'directory' : 'file';
  return { type, path, linkTarget: target ?? '', size: 0, offset: 0, body: () => expect.unreachable() };
}

function check(...entries: Entry[]): string[] {
  const paths = new TarballPaths('contents.tar.gz', { path: 100, paths: 1000, depth: 5 });
  const plain = entries.map((each) => paths.add(entry(each)));
  paths.finish();
  return plain;
}

function refused(message: string, ...entries: Entry[]): void {
  expect(() => check(...entries)).toThrow(FormatError);
  expect(() => check(...entries)).toThrow(message);
}

const unsafe = (path: string, why: string) => `unsafe path in contents.tar.gz: ${path} (${why})`;

describe('a path', () => {
  test.each([
    ['mix.exs', 'mix.exs'],
    ['lib/comb/queen.ex', 'lib/comb/queen.ex'],
    ['./lib/comb.ex', 'lib/comb.ex'],
    ['lib//comb/./queen.ex', 'lib/comb/queen.ex'],
    ['priv/empty/', 'priv/empty'],
    ['...', '...'],
    ['..a/b..', '..a/b..'],
    ['wäbe 蜂.txt', 'wäbe 蜂.txt'],
    ['ab:c', 'ab:c'],
    ['a/c:d', 'a/c:d'],
    ['~root/$HOME', '~root/$HOME'],
  ])('%s is %s', (path, plain) => {
    expect(check([path])).toEqual([plain]);
  });

  test.each([
    ['/etc/passwd', 'absolute path'],
    ['//host/share', 'absolute path'],
    ['C:/Windows', 'absolute path'],
    ['c:relative', 'absolute path'],
    ['..', 'it leaves its directory'],
    ['../up', 'it leaves its directory'],
    ['a/../b', 'it leaves its directory'],
    ['a/..', 'it leaves its directory'],
    ['./../a', 'it leaves its directory'],
    ['a\\..\\b', 'backslash'],
    ['\\\\host\\share', 'backslash'],
    ['', 'empty path'],
    ['.', 'empty path'],
    ['././', 'empty path'],
    ['a/b/c/d/e/f', 'more than 5 directories deep'],
  ])('%s is refused', (path, why) => {
    refused(unsafe(path, why), [path]);
  });

  test('with control characters is refused', () => {
    refused(unsafe('a\\u{0}b', 'control character'), ['a\0b']);
    refused(unsafe('a\\u{a}b', 'control character'), ['a\nb']);
    refused(unsafe('a\\u{1b}[2Jb', 'control character'), ['a\x1b[2Jb']);
    refused(unsafe('a\\u{85}b', 'control character'), ['a\u0085b']);
  });

  test('of a file does not end with a slash', () => {
    const file: TarEntry = { ...entry(['a/']), type: 'file' };
    expect(() => new TarballPaths('docs.tar.gz', { path: 9, paths: 9, depth: 9 }).add(file)).toThrow(
      'unsafe path in docs.tar.gz: a/ (a file cannot end with a slash)',
    );
  });

  test('is limited in bytes, not in characters', () => {
    expect(check(['a'.repeat(100)])).toHaveLength(1);
    refused('too long path in contents.tar.gz: aaaaaa', ['a'.repeat(101)]);
    refused('... (at most 100 bytes)', ['ä'.repeat(51)]);
  });
});

test('all paths together are limited', () => {
  const paths = (count: number) => Array.from({ length: count }, (_, index): Entry => [`${index}${'a'.repeat(99)}`]);
  expect(check(...paths(10))).toHaveLength(10);
  refused('too long paths in contents.tar.gz: at most 1000 bytes together', ...paths(10), ['a']);
});

describe('two entries of one path', () => {
  test('are refused, however it is written', () => {
    refused('duplicate file in contents.tar.gz: a', ['a'], ['a']);
    refused('duplicate file in contents.tar.gz: a/b', ['a/b'], ['./a//b']);
    refused('duplicate file in contents.tar.gz: a', ['a'], ['a/']);
    refused('duplicate file in contents.tar.gz: a', ['a/'], ['a']);
  });

  test('may be directories', () => {
    expect(check(['a/'], ['a/b/'], ['a/'], ['a/b/c'])).toHaveLength(4);
  });

  test('are two files when they differ in case', () => {
    expect(check(['Makefile'], ['makefile'])).toHaveLength(2);
  });

  test('may have names that objects have', () => {
    expect(check(['__proto__'], ['constructor'], ['toString/hasOwnProperty'])).toHaveLength(3);
  });
});

describe('an entry under a file', () => {
  const message = unsafe('a/b', 'it lies under a file');

  test('is refused in either order', () => {
    refused(message, ['a'], ['a/b']);
    refused(message, ['a/b'], ['a']);
    refused(unsafe('a/b/c', 'it lies under a file'), ['a/b/c'], ['x'], ['a']);
  });

  test('is refused where case is ignored', () => {
    refused(message, ['A'], ['a/b']);
  });

  test('is not one whose name only begins alike', () => {
    expect(check(['a'], ['ab/c'], ['a.b/c'])).toHaveLength(3);
  });
});

describe('a symlink', () => {
  test.each([
    ['link', 'file'],
    ['link', './a/b'],
    ['link', '.'],
    ['a/link', '..'],
    ['a/link', '../b'],
    ['a/b/link', '../../c/d'],
    ['./a//link', '../b'],
    ['link', 'missing'],
    ['a/link', 'link'],
  ])('%s -> %s stays inside', (path, target) => {
    expect(check([path, target])).toHaveLength(1);
  });

  test.each([
    ['link', '/etc/passwd', 'absolute path'],
    ['link', 'C:\\Windows', 'absolute path'],
    ['link', 'c:evil', 'absolute path'],
    ['link', '..\\up', 'absolute path'],
    ['link', '..', 'it leaves the package'],
    ['link', './../up', 'it leaves the package'],
    ['a/link', '../../up', 'it leaves the package'],
    ['a//link', '../../up', 'it leaves the package'],
    ['a/./link', '../../up', 'it leaves the package'],
    ['a/link', '.././/../up', 'it leaves the package'],
    ['link', '', 'empty or too long'],
    ['link', 'x'.repeat(101), 'empty or too long'],
    ['link', 'a/../b', '".." behind a name'],
    ['p/q/link', '../a/../../b', '".." behind a name'],
  ])('%s -> %s is refused', (path, target, why) => {
    refused(`unsafe symlink in contents.tar.gz: `, [path, target]);
    refused(`(${why})`, [path, target]);
  });

  test('with a control character in its target is refused', () => {
    refused('unsafe symlink in contents.tar.gz: a -> b\\u{a} (control character)', ['a', 'b\n']);
  });

  test('that escapes with the help of another one is refused', () => {
    refused('".." behind a name', ['p/q/d', '../../r'], ['link', 'p/q/d/../../secret']);
  });

  test('may form a loop, which nobody follows', () => {
    expect(check(['a', 'b'], ['b', 'a'], ['c', 'c'], ['d/e', '../d'])).toHaveLength(4);
  });

  test('is not written through', () => {
    const message = unsafe('a/b', 'it lies under a symlink');
    refused(message, ['a', 'lib'], ['a/b']);
    refused(message, ['a/b'], ['a', 'lib']);
    refused(message, ['a', 'lib'], ['./a//b']);
    refused(unsafe('a/b/c', 'it lies under a symlink'), ['a', 'lib'], ['a/b/c', '../x']);
    refused(unsafe('a/b', 'it lies under a symlink'), ['a', 'lib'], ['a/b/']);
  });

  test('is not written through where case or composition is ignored', () => {
    refused('it lies under a symlink', ['Lib', 'priv'], ['lib/b']);
    refused('it lies under a symlink', ['W\u00e4be', 'priv'], ['wa\u0308be/b']);
  });

  test('shares its name with nothing, in any case', () => {
    refused('duplicate file in contents.tar.gz: A', ['a', 'b'], ['A']);
    refused('duplicate file in contents.tar.gz: A', ['a'], ['A', 'b']);
    refused('duplicate file in contents.tar.gz: A', ['a', 'b'], ['A/']);
    refused('duplicate file in contents.tar.gz: A', ['a/'], ['A', 'b']);
  });
});
