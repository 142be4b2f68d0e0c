import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  METADATA,
  pax,
  parts,
  random,
  type RawEntry,
  record,
  symlink,
  tar,
  tarball,
  tarballOf,
  withChecksum,
} from '../../test/golden/hex-bytes/make/tar-bytes.js';
import { bufferSource, type ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { readTarball } from './tarball.js';
import { type TarballLimits, tarballLimits } from './tarball-limits.js';

const read = (bytes: Uint8Array, limits?: Partial<TarballLimits>) =>
  readTarball(bufferSource(bytes), { ...tarballLimits, ...limits });

const refused = async (bytes: Uint8Array, message: string, limits?: Partial<TarballLimits>) => {
  await expect(read(bytes, limits)).rejects.toBeInstanceOf(FormatError);
  await expect(read(bytes, limits)).rejects.toThrow(message);
};

const golden = (name: string) => readFileSync(`test/golden/hex-bytes/${name}`);

const sha256 = (...bytes: (string | Uint8Array)[]) =>
  bytes.reduce((hash, each) => hash.update(each), createHash('sha256')).digest();

const bodies = (entries: Record<string, RawEntry>) => Object.values(entries);

describe.each([
  ['mix-built', { files: 20, uncompressedSize: 2010, rootFiles: ['mix.exs', 'README.md'] }],
  ['rebar-shaped', { files: 4, uncompressedSize: 86, rootFiles: ['rebar.config', 'rebar.lock'] }],
])('%s.tar, made by real tools', (name, contents) => {
  test('is read like hex_core reads it', async () => {
    const found = await read(golden(`${name}.tar`));
    const expected = JSON.parse(golden(`${name}.json`).toString()) as { inner: string; outer: string };
    expect(found.innerChecksum.toString('hex')).toBe(expected.inner);
    expect(found.outerChecksum.toString('hex')).toBe(expected.outer);
    expect(Buffer.from(found.metadata).toString()).toContain('{<<"name">>,<<');
    expect(found).toMatchObject({ size: golden(`${name}.tar`).length, contents });
  });
});

describe('reads', () => {
  test('all there is to know', async () => {
    const contents = gzipSync(
      tar([{ name: 'lib/a.ex', body: 'abc' }, { name: 'Makefile' }, symlink('link', 'Makefile')]),
    );
    const bytes = tarball({ 'contents.tar.gz': contents });
    expect(await read(bytes)).toEqual({
      metadata: Buffer.from(METADATA),
      innerChecksum: sha256('3', METADATA, contents),
      outerChecksum: sha256(bytes),
      size: bytes.length,
      contents: { files: 2, uncompressedSize: 3, rootFiles: ['Makefile'] },
    });
  });

  test('the four files in any order', async () => {
    const { VERSION, CHECKSUM, 'metadata.config': metadata, 'contents.tar.gz': contents } = parts();
    const inner = (await read(tarball())).innerChecksum;
    for (const order of permutations([VERSION, CHECKSUM, metadata, contents])) {
      expect((await read(tar(order))).innerChecksum).toEqual(inner);
    }
  });

  test('a checksum in lower case', async () => {
    const checksum = (parts().CHECKSUM.body as string).toLowerCase();
    await expect(read(tarball({ CHECKSUM: checksum }))).resolves.toBeDefined();
  });

  test('other files beside the four, without looking at them', async () => {
    const extra = [{ name: 'SIGNATURE', body: 'x'.repeat(2_000_000) }, { name: '.keep' }];
    await expect(read(tar([...extra, ...bodies(parts())]))).resolves.toMatchObject({ contents: { files: 1 } });
  });

  test('a package without a single file', async () => {
    expect((await read(tarballOf())).contents).toEqual({ files: 0, uncompressedSize: 0, rootFiles: [] });
  });
});

describe('refuses', () => {
  test('missing files, all named', async () => {
    await refused(tar([]), 'missing files: VERSION, CHECKSUM, metadata.config, contents.tar.gz');
    const { CHECKSUM: _, ...rest } = parts();
    await refused(tar(bodies(rest)), 'missing files: CHECKSUM');
    await refused(tar([{ ...parts().VERSION, name: 'version' }]), 'missing files: VERSION, CHECKSUM');
  });

  test('a second VERSION, also in another case or spelling', async () => {
    const four = bodies(parts());
    await refused(tar([...four, { name: 'VERSION', body: '3' }]), 'duplicate file in tarball: VERSION');
    await refused(tar([...four, { name: 'version', body: '3' }]), 'duplicate file in tarball: version');
    await refused(tar([...four, { name: './VERSION', body: '3' }]), 'unsafe path in tarball: ./VERSION');
    await refused(tar([...four, { name: 'x/../VERSION' }]), 'unsafe path in tarball: x/../VERSION');
    await refused(tar([...four, { name: '..' }]), 'unsafe path in tarball: ..');
  });

  test('anything that is no regular file', async () => {
    const four = bodies(parts());
    await refused(tar([...four, symlink('link', 'VERSION')]), 'unsupported file type in tarball: link (symlink)');
    await refused(tar([{ name: 'dir', type: '5' }, ...four]), 'unsupported file type in tarball: dir (directory)');
    await refused(tar([{ name: 'a', type: '1', link: 'VERSION' }]), 'unsupported file type in tarball: a (hard link)');
    await refused(tar([{ name: 'a', type: 'S' }]), 'unsupported file type in tarball: a (sparse file)');
    await refused(tar([{ name: 'a', type: '4' }]), 'unsupported file type in tarball: a (block device)');
  });

  test('a crowd of other files', async () => {
    const crowd = Array.from({ length: 17 }, (_, index) => ({ name: `file-${index}` }));
    await expect(read(tar([...crowd.slice(1), ...bodies(parts())]))).resolves.toBeDefined();
    await refused(tar([...crowd, ...bodies(parts())]), 'too many files in tarball: at most 20 are allowed');
  });

  test('another version of the format', async () => {
    await refused(tarball({ VERSION: '2' }), 'unsupported version: "2"');
    await refused(tarball({ VERSION: '3\n' }), 'unsupported version: "3\\u{a}"');
    await refused(tarball({ VERSION: '' }), 'unsupported version: ""');
  });

  test('a wrong checksum, or none', async () => {
    const mismatch = 'invalid checksum: CHECKSUM does not match the files of the tarball';
    await refused(tarball({ CHECKSUM: '0'.repeat(64) }), mismatch);
    const other = parts({ 'metadata.config': METADATA.replace('comb', 'hive') });
    await refused(tar(bodies({ ...parts(), 'metadata.config': other['metadata.config'] })), mismatch);
    const malformed = 'invalid checksum: CHECKSUM is not 64 hexadecimal digits';
    for (const CHECKSUM of ['', '0'.repeat(63), 'g'.repeat(64), `${'0'.repeat(64)}\n`]) {
      await refused(tarball({ CHECKSUM }), malformed);
    }
  });

  test('files that are too big, before reading them', async () => {
    await refused(tarball({ VERSION: '3'.repeat(33) }), 'file too big: VERSION has 33 bytes, at most 32 are allowed');
    await refused(
      tarball({ CHECKSUM: '0'.repeat(129) }),
      'file too big: CHECKSUM has 129 bytes, at most 128 are allowed',
    );
    const metadata = ' '.repeat(1024 * 1024);
    await expect(read(tarball({ 'metadata.config': metadata }))).resolves.toBeDefined();
    await refused(tarball({ 'metadata.config': `${metadata} ` }), 'file too big: metadata.config has 1048577 bytes');
  });

  test('a tarball that is too big, without opening it', async () => {
    const source: ByteSource = { size: 16 * 1024 * 1024 + 1, open: () => expect.unreachable() };
    await expect(readTarball(source)).rejects.toThrow(
      'too big: the tarball has 16777217 bytes, at most 16777216 are allowed',
    );
  });

  test('contents that are too big', async () => {
    const big = tarballOf({ name: 'a', body: 'x'.repeat(10_000) });
    await expect(read(big, { contents: 11_776 })).resolves.toBeDefined();
    await refused(big, 'too big: contents.tar.gz holds more than 11775 bytes uncompressed', { contents: 11_775 });
  });

  test('a compressed tarball, by its name', async () => {
    await refused(gzipSync(tarball()), 'invalid tarball: it is gzip-compressed, a plain tar is expected');
  });

  test('contents that are unsafe', async () => {
    await refused(tarballOf({ name: '../a' }), 'unsafe path in contents.tar.gz: ../a (it leaves its directory)');
    await refused(tarballOf(symlink('a', '/etc')), 'unsafe symlink in contents.tar.gz: a -> /etc (absolute path)');
  });

  test('a pax header that says another size than the header', async () => {
    const lying = parts();
    const entries = [lying.VERSION, lying.CHECKSUM, lying['metadata.config'], pax(record('size', '512'))];
    const message = 'invalid tarball: a pax header disagrees with the size of its file';
    await refused(tar([...entries, lying['contents.tar.gz']]), message);
  });

  test('garbage behind the end', async () => {
    await refused(Buffer.concat([tarball(), Buffer.from('x')]), 'invalid tarball: there is data behind its end');
    await refused(Buffer.concat([tarball(), tarball()]), 'invalid tarball: there is data behind its end');
  });

  test('every truncation', { timeout: 30_000 }, async () => {
    const bytes = tarball();
    for (let length = 0; length < bytes.length; length++) {
      await expect(read(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({ code: 'truncated' });
    }
  });

  test('nothing at all', async () => {
    await refused(Buffer.alloc(0), 'invalid tarball: it ends too early');
  });

  test('a source that is shorter or longer than it says', async () => {
    const bytes = tarball();
    const lying = (size: number): ByteSource => ({ ...bufferSource(bytes), size });
    const message = `it has ${bytes.length} bytes instead of the announced ${bytes.length + 1}`;
    await expect(readTarball(lying(bytes.length + 1))).rejects.toThrow(message);
    await expect(readTarball(lying(bytes.length - 1))).rejects.toBeInstanceOf(FormatError);
  });
});

test('what goes wrong with the source itself is no FormatError', async () => {
  const open = async function* () {
    yield tarball().subarray(0, 600);
    throw new Error('disk on fire');
  };
  await expect(readTarball({ size: 6144, open })).rejects.toThrow('disk on fire');
});

describe('fuzz: whatever the bytes, only a FormatError comes out', () => {
  const contents = tar([
    { name: 'mix.exs', body: 'mix' },
    pax(record('path', `lib/${'ä'.repeat(60)}`)),
    { body: 'x'.repeat(700) },
    symlink('lib/link', '../mix.exs'),
    { name: 'priv/', type: '5' },
  ]);

  const mutate = (bytes: Buffer, next: () => number) => {
    const changed = Buffer.from(bytes);
    for (let times = 1 + next() * 3; times > 0; times--) changed[Math.floor(next() * changed.length)] = next() * 256;
    const cut = Math.floor(next() * changed.length);
    return next() < 0.1 ? changed.subarray(0, cut) : changed;
  };

  /** Repairs what guards the layers above the mutation, so that it gets through to where it was aimed. */
  const layers: Record<string, (next: () => number) => Buffer> = {
    'of the tarball': (next) => mutate(tarballOf({ name: 'mix.exs', body: 'mix' }), next),
    'of the gzip': (next) => tarball({ 'contents.tar.gz': mutate(gzipSync(contents), next) }),
    'of the contents': (next) => tarball({ 'contents.tar.gz': gzipSync(mutate(contents, next)) }),
    'of the headers in the contents': (next) => {
      const changed = mutate(contents, next);
      for (let at = 0; at + 512 <= changed.length; at += 512) {
        const block = changed.subarray(at, at + 512);
        if (block.toString('latin1', 257, 262) === 'ustar') withChecksum(block);
      }
      return tarball({ 'contents.tar.gz': gzipSync(changed) });
    },
  };

  test.each(Object.keys(layers))('%s', { timeout: 30_000 }, async (layer) => {
    const next = random(7);
    for (let round = 0; round < 800; round++) {
      const bytes = layers[layer]!(next);
      const error: unknown = await read(bytes).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(FormatError);
    }
  });
});

function permutations<T>(items: T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
