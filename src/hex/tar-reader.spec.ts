import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import {
  directory,
  GNU,
  header,
  longLink,
  longName,
  pax,
  random,
  type RawEntry,
  record,
  symlink,
  tar,
  USTAR,
} from '../../test/golden/hex-bytes/make/tar-bytes.js';
import { FormatError } from './format-error.js';
import { readTar } from './tar-reader.js';

async function* chunked(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = async (bytes: Uint8Array, chunk = 1 << 16, entries = 100) => {
  const found: { type: string; path: string; linkTarget: string; size: number; offset: number; body: string }[] = [];
  for await (const { body, ...entry } of readTar(chunked(bytes, chunk), { archive: 'tarball', entries })) {
    const pieces: Uint8Array[] = [];
    for await (const piece of body()) pieces.push(piece);
    found.push({ ...entry, body: Buffer.concat(pieces).toString() });
  }
  return found;
};

const refused = async (bytes: Uint8Array, message: string) => {
  await expect(read(bytes)).rejects.toBeInstanceOf(FormatError);
  await expect(read(bytes)).rejects.toThrow(message);
};

const refusedEntries = (entries: RawEntry[], message: string) => refused(tar(entries), message);

describe('reads', () => {
  const archive = tar([
    { name: 'a', body: 'one' },
    { name: 'b', body: 'x'.repeat(512), type: '\0' },
    { name: 'empty' },
    directory('dir/'),
    symlink('dir/link', '../a'),
    { name: 'name', prefix: 'some/prefix', body: 'long' },
  ]);

  test.each([1, 7, 511, 512, 513, 65_536])('files, directories and links, in chunks of %i bytes', async (chunk) => {
    expect(await read(archive, chunk)).toEqual([
      { type: 'file', path: 'a', linkTarget: '', size: 3, offset: 512, body: 'one' },
      { type: 'file', path: 'b', linkTarget: '', size: 512, offset: 1536, body: 'x'.repeat(512) },
      { type: 'file', path: 'empty', linkTarget: '', size: 0, offset: 2560, body: '' },
      { type: 'directory', path: 'dir/', linkTarget: '', size: 0, offset: 3072, body: '' },
      { type: 'symlink', path: 'dir/link', linkTarget: '../a', size: 0, offset: 3584, body: '' },
      { type: 'file', path: 'some/prefix/name', linkTarget: '', size: 4, offset: 4096, body: 'long' },
    ]);
  });

  test('on when a body is left unread or half read', async () => {
    const paths: string[] = [];
    for await (const entry of readTar(chunked(archive, 100), { archive: 'tarball', entries: 10 })) {
      paths.push(entry.path);
      if (entry.path === 'b') for await (const _ of entry.body()) break;
    }
    expect(paths).toEqual(['a', 'b', 'empty', 'dir/', 'dir/link', 'some/prefix/name']);
  });

  test('an archive without entries', async () => {
    expect(await read(Buffer.alloc(1024))).toEqual([]);
  });

  test('any number of zero blocks at the end', async () => {
    expect(await read(tar([{ body: 'x' }], Buffer.alloc(10_240)))).toHaveLength(1);
  });

  test('what another program writes', async () => {
    const long = `${'d'.repeat(99)}/${'e'.repeat(200)}`;
    const names = ['a', 'ä', `${'p'.repeat(120)}/${'n'.repeat(90)}`, long];
    const bytes = await packTar(names.map((name) => ({ header: { name, size: 1 }, body: 'x' })));
    expect((await read(bytes)).map((entry) => entry.path)).toEqual(names);
  });
});

describe('long names', () => {
  const long = 'ö'.repeat(200);

  test('of pax', async () => {
    const [file, link] = await read(
      tar([
        pax(record('path', long), record('mtime', '946684800.5'), record('uid', '0'), record('constructor', 'x')),
        { body: 'x' },
        pax(record('linkpath', long)),
        symlink('a', 'b'),
      ]),
    );
    expect(file).toMatchObject({ path: long, body: 'x' });
    expect(link).toMatchObject({ path: 'a', linkTarget: long });
  });

  test('of GNU tar, for the next entry only', async () => {
    const entries = await read(tar([longName(long), longLink('target'), symlink('a', 'b'), { name: 'c', magic: GNU }]));
    expect(entries).toMatchObject([
      { path: long, linkTarget: 'target' },
      { path: 'c', linkTarget: '' },
    ]);
  });

  test('a GNU header has no prefix', async () => {
    expect(await read(tar([{ name: 'a', prefix: 'times', magic: GNU }]))).toMatchObject([{ path: 'a' }]);
  });

  test('of erl_tar, which counts a byte too few where the digits of the length carry over', async () => {
    const value = '蜂'.repeat(31);
    const proper = record('path', value);
    expect(proper).toMatch(/^103 /);
    const entries = await read(tar([pax(proper.replace('103', '102')), { body: 'x' }, pax(proper), { body: 'y' }]));
    expect(entries.map((entry) => entry.path)).toEqual([value, value]);
    await refusedEntries([pax(proper.replace('103', '101')), {}], 'invalid tarball: a pax header is malformed');
    await refusedEntries([pax(proper.replace('103', '104')), {}], 'invalid tarball: a pax header is malformed');
  });

  test('two for one entry are refused', async () => {
    await refusedEntries([longName('a'), pax(record('path', 'b')), {}], 'invalid tarball: a file has two long names');
    const twice = 'invalid tarball: a file has two extended headers of one kind';
    await refusedEntries([longName('a'), longName('b'), {}], twice);
    await refusedEntries([pax(record('path', 'a')), pax(record('size', '0')), {}], twice);
  });

  test('none follows at the end', async () => {
    const message = 'invalid tarball: an extended header is not followed by a file';
    await refusedEntries([{ name: 'a' }, longName('b')], message);
    await refusedEntries([{ name: 'a' }, pax(record('path', 'b'))], message);
  });

  test('that are empty or have text behind their NUL are refused', async () => {
    const message = 'invalid tarball: a long name is malformed';
    await refusedEntries([{ ...longName(''), body: 'a\0b\0' }, {}], message);
    await refusedEntries([longName(''), {}], message);
    await refusedEntries([{ ...longName(''), body: '' }, {}], message);
  });

  test('of megabytes are refused without being read', async () => {
    const message = 'invalid tarball: an extended header is too big';
    await refusedEntries([{ ...pax(), size: 65_537 }, {}], message);
    await refusedEntries([{ ...longName(''), size: 0o77777777777 }, {}], message);
  });
});

describe('a pax header is refused', () => {
  test('whose size differs from that of the file', async () => {
    const message = 'invalid tarball: a pax header disagrees with the size of its file';
    await refusedEntries([pax(record('size', '1024')), { body: 'x' }], message);
    await refusedEntries([pax(record('size', '01')), { body: 'x' }], message);
    await refusedEntries([pax(record('size', '-1')), { body: 'x' }], message);
    expect(await read(tar([pax(record('size', '1')), { body: 'x' }]))).toHaveLength(1);
  });

  test.each([
    ['without an end', '10 path=abc'],
    ['without a length', 'path=abc\n'],
    ['without a value', '8 path=\n'],
    ['without a key', '7 =abc\n'],
    ['without an equals sign', '8 pathx\n'],
    ['with a wrong length', '99 path=abc\n'],
    ['with a length one short though all is ASCII', '11 path=abc\n'],
    ['with a newline in a value', record('path', 'a\nb')],
    ['with a NUL in a value', record('path', 'a\0b')],
    ['with an empty line', `${record('path', 'a')}\n`],
    ['with a time that is none', record('mtime', 'now')],
    ['with an owner that is none', record('uid', '-1')],
    ['with the same key twice', record('path', 'a') + record('path', 'b')],
  ])('%s', async (_, records) => {
    await refusedEntries([pax(records), {}], 'invalid tarball: a pax header is malformed');
  });

  test('that makes the file sparse', async () => {
    const message = 'unsupported file type in tarball: big (sparse file)';
    await refusedEntries([pax(record('path', 'big'), record('GNU.sparse.major', '1')), {}], message);
  });

  test('for everybody', async () => {
    const global = { ...pax(record('path', 'a')), type: 'g' };
    await refusedEntries([global, {}], 'unsupported file type in tarball: PaxHeaders.0/x (global header)');
  });
});

describe('refuses', () => {
  test.each([
    ['1', 'hard link'],
    ['3', 'character device'],
    ['4', 'block device'],
    ['6', 'fifo'],
    ['7', 'contiguous file'],
    ['S', 'sparse file'],
    ['g', 'global header'],
    ['V', 'type "V"'],
    ['\x01', 'type "\\u0001"'],
  ])('type %j', async (type, name) => {
    await refusedEntries([{ name: 'x', type }], `unsupported file type in tarball: x (${name})`);
  });

  test('a directory or link with a body', async () => {
    await refusedEntries([{ type: '5', body: 'x' }], 'invalid tarball: a directory has a body');
    await refusedEntries([{ type: '2', link: 'a', body: 'x' }], 'invalid tarball: a symlink has a body');
  });

  test('a wrong header checksum', async () => {
    await refusedEntries([{ checksum: 1 }], 'invalid tarball: a header checksum is wrong');
    const archive = tar([{ body: 'x' }]);
    for (let at = 0; at < 512; at++) {
      const changed = Buffer.from(archive);
      changed[at]! ^= 0x41;
      await expect(read(changed), `byte ${at}`).rejects.toBeInstanceOf(FormatError);
    }
  });

  test('the checksum of signed bytes, which some old programs wrote', async () => {
    const block = header({ name: 'ö' });
    const signed = block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : (byte << 24) >> 24), 0);
    await refusedEntries([{ name: 'ö', checksum: signed }], 'invalid tarball: a header checksum is wrong');
  });

  test('a header of another format', async () => {
    for (const magic of ['\0'.repeat(8), 'ustar\0 \0', 'ustar 00', 'USTAR\x0000']) {
      await refusedEntries([{ magic }], 'invalid tarball: it is not a ustar archive');
    }
    const star = (block: Buffer) => block.write('tar\0', 508, 'latin1');
    await refusedEntries([{ patch: star, magic: USTAR }], 'invalid tarball: a header is malformed');
    await refused(Buffer.from('<html>'.repeat(200)), 'invalid tarball: it is not a ustar archive');
  });

  test.each([
    ['mode', 100],
    ['owner', 108],
    ['group', 116],
    ['size', 124],
    ['time', 136],
  ])('a malformed %s', async (_, offset) => {
    for (const number of ['0000009\0', '-000001\0', '0x00001\0', '\0 000001', '1\x001\0\0\0\0\0', '1 1\0\0\0\0\0']) {
      const patch = (block: Buffer) => block.write(number, offset, 'latin1');
      await refusedEntries([{ patch }], 'invalid tarball: a number in a header is malformed');
    }
  });

  test('a number in base 256 that is no number of seven bytes', async () => {
    const base256 = (...bytes: number[]) => [{ patch: (block: Buffer) => void Buffer.from(bytes).copy(block, 136) }];
    expect(await read(tar(base256(0x80, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255)))).toHaveLength(1);
    const message = 'invalid tarball: a number in a header is malformed';
    await refusedEntries(base256(0x80, 0, 0, 0, 1), message);
    await refusedEntries(base256(0xff, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255), message);
  });

  test('a size in base 256', async () => {
    const patch = (block: Buffer) => void (block[124] = 0x80);
    await refusedEntries([{ patch }], 'invalid tarball: a number in a header is malformed');
  });

  test('names that are not UTF-8', async () => {
    const message = 'invalid tarball: a name is not valid UTF-8';
    const latin1 = Buffer.from('w\xe4be', 'latin1');
    await refusedEntries([{ name: latin1 }], message);
    await refusedEntries([{ patch: (block) => latin1.copy(block, 265) }], message);
    await refusedEntries([{ patch: (block) => latin1.copy(block, 297) }], message);
    await refusedEntries([{ type: '2', name: 'a', link: latin1 }], message);
    await refusedEntries([{ ...longName(''), body: latin1 }, {}], message);
    await refusedEntries([pax(Buffer.concat([Buffer.from('13 path='), latin1, Buffer.from('\n')])), {}], message);
    await refusedEntries([{ name: Buffer.from([0xed, 0xa0, 0x80]) }], message);
    await refusedEntries([{ name: Buffer.from([0xc0, 0xaf]) }], message);
  });

  test('more entries than allowed', async () => {
    const three = tar([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(await read(three, 512, 3)).toHaveLength(3);
    await expect(read(three, 512, 2)).rejects.toThrow('too many files in tarball: at most 2 are allowed');
  });

  test('data behind the end', async () => {
    const end = Buffer.alloc(2048);
    end[2047] = 1;
    await refused(tar([{}], end), 'invalid tarball: there is data behind its end');
    await refused(Buffer.concat([tar([{}]), tar([{}])]), 'invalid tarball: there is data behind its end');
    end[600] = 1;
    await refused(tar([{}], end), 'invalid tarball: its end is malformed');
  });
});

describe('truncation', () => {
  const archive = tar([{ name: 'a', body: 'x'.repeat(600) }, pax(record('path', 'b')), { body: 'y' }]);

  test('is noticed at every byte', { timeout: 30_000 }, async () => {
    for (let length = 0; length < archive.length; length++) {
      await expect(read(archive.subarray(0, length), 512), `${length} bytes`).rejects.toThrow(
        'invalid tarball: it ends too early',
      );
    }
  });

  test('is noticed in a body nobody reads', async () => {
    const skip = async () => {
      for await (const _ of readTar(chunked(archive.subarray(0, 900), 512), { archive: 'tarball', entries: 9 }));
    };
    await expect(skip()).rejects.toThrow('invalid tarball: it ends too early');
  });

  test('is noticed behind the end of an archive that has no whole number of blocks', async () => {
    await refused(tar([{}], Buffer.alloc(1500)), 'invalid tarball: it ends too early');
  });

  test('is what a size beyond the end looks like', async () => {
    await refusedEntries([{ body: 'x', size: 0o77777777777 }], 'invalid tarball: it ends too early');
  });
});

test('only FormatErrors come out, whatever the bytes', async () => {
  const next = random(1);
  const archive = tar([
    { name: 'a', body: 'x' },
    pax(record('path', 'bö')),
    { body: 'y' },
    longName('c'),
    symlink('d', 'e'),
  ]);
  for (let round = 0; round < 3000; round++) {
    const changed = Buffer.from(archive);
    for (let times = 1 + next() * 4; times > 0; times--) changed[Math.floor(next() * changed.length)] = next() * 256;
    const error: unknown = await read(changed).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error !== undefined) expect(error).toBeInstanceOf(FormatError);
  }
});

test('names in messages are fit for a terminal', async () => {
  await refusedEntries([{ name: 'a\x1b[31mb\u202ec', type: '6' }], 'tarball: a\\u{1b}[31mb\\u{202e}c (fifo)');
  const bytes = tar([longName('n'.repeat(5000)), { type: '6' }]);
  await expect(read(bytes)).rejects.toThrow(/^.{1,300}$/);
});
