import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  directory,
  header,
  longName,
  pax,
  type RawEntry,
  record,
  symlink,
  tar,
} from '../../test/golden/hex-bytes/make/tar-bytes.js';
import { bufferSource, sliceSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { type ContentsLimits, readContents } from './tarball-contents.js';
import { tarballLimits } from './tarball-limits.js';
import { readParts } from './tarball-parts.js';

const read = async (bytes: Uint8Array, limits?: Partial<ContentsLimits>, archive?: string) => {
  const found: { path: string; type: string; bytes: Buffer }[] = [];
  for await (const entry of readContents(bufferSource(bytes), { ...tarballLimits, ...limits }, archive)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of entry.body()) pieces.push(piece);
    found.push({ path: entry.path, type: entry.type, bytes: Buffer.concat(pieces) });
  }
  return found;
};

const refused = async (entries: RawEntry[], message: string) => {
  const bytes = gzipSync(tar(entries));
  await expect(read(bytes)).rejects.toBeInstanceOf(FormatError);
  await expect(read(bytes)).rejects.toThrow(message);
};

describe.each(['mix-built', 'rebar-shaped'])('%s.tar', (name) => {
  test('holds what hex_core finds in it', async () => {
    const source = bufferSource(readFileSync(`test/golden/hex-bytes/${name}.tar`));
    const { contents } = await readParts(source, tarballLimits);
    const slice = sliceSource(source, contents.offset, contents.size);
    const files: unknown[] = [];
    for await (const { type, path, size, body } of readContents(slice)) {
      const hash = createHash('sha256');
      for await (const piece of body()) hash.update(piece);
      if (type === 'file') files.push([path, size, hash.digest('hex')]);
    }
    const golden = JSON.parse(readFileSync(`test/golden/hex-bytes/${name}.json`, 'utf8')) as { contents: unknown[] };
    expect(files).toEqual(golden.contents);
  });
});

test('paths come in plain form', async () => {
  const found = await read(
    gzipSync(tar([directory('./lib/'), { name: './lib//a.ex', body: 'x' }, symlink('b', 'lib')])),
  );
  expect(found.map(({ path, type }) => [type, path])).toEqual([
    ['directory', 'lib'],
    ['file', 'lib/a.ex'],
    ['symlink', 'b'],
  ]);
});

test('the archive is called what its maker calls it', async () => {
  await expect(read(gzipSync(tar([{ name: '/a' }])), {}, 'docs.tar.gz')).rejects.toThrow(
    'unsafe path in docs.tar.gz: /a',
  );
  await expect(read(Buffer.alloc(100), {}, 'docs.tar.gz')).rejects.toThrow(
    'invalid docs.tar.gz: it is not gzip-compressed',
  );
});

describe('refuses', () => {
  test('paths that escape, also by a long name or a prefix', async () => {
    await refused([{ name: '../a' }], 'unsafe path in contents.tar.gz: ../a (it leaves its directory)');
    await refused([longName('../a'), {}], 'unsafe path in contents.tar.gz: ../a');
    await refused([pax(record('path', '/a')), {}], 'unsafe path in contents.tar.gz: /a');
    await refused([{ prefix: '..', name: 'a' }], 'unsafe path in contents.tar.gz: ../a');
    await refused([{ prefix: '', name: '' }], 'unsafe path in contents.tar.gz:  (empty path)');
  });

  test('links that escape, and writing through a link', async () => {
    await refused([symlink('a', '../b')], 'unsafe symlink in contents.tar.gz: a -> ../b (it leaves the package)');
    await refused(
      [symlink('a', 'lib'), { name: 'a/b' }],
      'unsafe path in contents.tar.gz: a/b (it lies under a symlink)',
    );
    await refused(
      [{ name: 'a/b' }, symlink('a', 'lib')],
      'unsafe path in contents.tar.gz: a/b (it lies under a symlink)',
    );
  });

  test('hard links, devices and sparse files', async () => {
    await refused([{ name: 'a', type: '1', link: 'b' }], 'unsupported file type in contents.tar.gz: a (hard link)');
    await refused([{ name: 'a', type: '3' }], 'unsupported file type in contents.tar.gz: a (character device)');
    await refused([{ name: 'a', type: 'S' }], 'unsupported file type in contents.tar.gz: a (sparse file)');
  });

  test('too many entries', async () => {
    const bytes = gzipSync(tar([{ name: 'a' }, directory('b'), symlink('c', 'a')]));
    expect(await read(bytes, { entries: 3 })).toHaveLength(3);
    await expect(read(bytes, { entries: 2 })).rejects.toThrow(
      'too many files in contents.tar.gz: at most 2 are allowed',
    );
  });

  test('a tar that is cut off inside sound gzip', async () => {
    const bytes = gzipSync(tar([{ name: 'a' }]).subarray(0, -1));
    await expect(read(bytes)).rejects.toThrow('invalid contents.tar.gz: it ends too early');
  });

  test('a plain tar, which old clients also took', async () => {
    await expect(read(tar([{ name: 'a' }]))).rejects.toThrow('invalid contents.tar.gz: it is not gzip-compressed');
  });
});

describe('bombs', () => {
  /** gzip of `start` and many mebibytes of zeros: deflate blocks that end with a full flush can be strung together. */
  function bomb(start: Buffer, mebibytes: number): Buffer {
    const flush = { finishFlush: constants.Z_FULL_FLUSH };
    const zeros = Buffer.alloc(MIB);
    const blocks = Array<Buffer>(mebibytes).fill(deflateRawSync(zeros, flush));
    let crc = crc32(start);
    for (let count = 0; count < mebibytes; count++) crc = crc32(zeros, crc);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc, 0);
    trailer.writeUInt32LE(start.length + mebibytes * MIB, 4);
    const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]);
    return Buffer.concat([header, deflateRawSync(start, flush), ...blocks, Buffer.from([3, 0]), trailer]);
  }

  const MIB = 1 << 20;
  const tooBig = 'too big: contents.tar.gz holds more than 134217728 bytes uncompressed';

  test('200 MiB of zeros are one', { timeout: 30_000 }, async () => {
    await expect(read(bomb(tar([{ name: 'a' }]), 200))).rejects.toThrow(tooBig);
  });

  test('a large file of zeros is no faster unpacked than it is read', { timeout: 30_000 }, async () => {
    const bytes = bomb(header({ name: 'zeros', size: 126 * MIB }), 127);
    let opened = 0;
    const source = {
      size: bytes.length,
      async *open(start = 0) {
        for (let at = start; at < bytes.length; at += 4096, opened += 4096) yield bytes.subarray(at, at + 4096);
      },
    };
    let unpacked = 0;
    for await (const { body } of readContents(source)) {
      for await (const piece of body()) {
        unpacked += piece.length;
        const readAhead = opened - (unpacked / (127 * MIB)) * bytes.length;
        expect(readAhead).toBeLessThan(128 * 1024);
      }
    }
    expect(unpacked).toBe(126 * MIB);
  });

  test('a file that claims to be larger than the limit is refused by its header', async () => {
    await refused([{ name: 'a', size: 0o77777777777 }], tooBig);
  });

  test('pax headers of huge size are refused by their header, however deep they are nested', async () => {
    const extra = { ...pax(), size: 100 * MIB };
    await refused([extra], 'invalid contents.tar.gz: an extended header is too big');
    await refused([pax(record('size', '1')), pax(record('path', 'a')), {}], 'two extended headers of one kind');
  });

  test('a crowd of deep paths ends at the limit of all paths', async () => {
    const deep = (index: number) => longName(`${index}/${'d/'.repeat(30)}${'x'.repeat(900)}`);
    const entries = Array.from({ length: 5000 }, (_, index) => [deep(index), {}]).flat();
    await refused(entries, 'too long paths in contents.tar.gz: at most 4194304 bytes together');
  });
});
