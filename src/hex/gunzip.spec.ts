import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bufferSource, type ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { gunzip } from './gunzip.js';

const text = Buffer.from('Wabe '.repeat(100_000));
const zipped = gzipSync(text);

const unzip = async (bytes: Uint8Array | ByteSource, limit = 1_000_000) => {
  const source = bytes instanceof Uint8Array ? bufferSource(bytes) : bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of gunzip(source, { archive: 'docs.tar.gz', limit })) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const refused = async (bytes: Uint8Array, message: string) => {
  await expect(unzip(bytes)).rejects.toBeInstanceOf(FormatError);
  await expect(unzip(bytes)).rejects.toThrow(`invalid docs.tar.gz: ${message}`);
};

/** A gzip file with every optional field of the header that `flags` names. */
function withHeader(flags: number, fields: Buffer): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]);
  return Buffer.concat([header, fields, zipped.subarray(10)]);
}

describe('one member', () => {
  test('is decompressed', async () => {
    expect((await unzip(zipped)).equals(text)).toBe(true);
  });

  test('may be empty, or stored without compression', async () => {
    expect(await unzip(gzipSync(''))).toHaveLength(0);
    expect((await unzip(gzipSync(text, { level: 0 }))).equals(text)).toBe(true);
  });

  test.each([
    ['a file name', 0x08, Buffer.from('contents.tar\0')],
    ['a comment', 0x10, Buffer.from('by hand\0')],
    ['extra fields', 0x04, Buffer.from([3, 0, 1, 2, 3])],
    ['a header checksum', 0x02, Buffer.from([1, 2])],
    ['everything', 0x1f, Buffer.from([1, 0, 7, 0x61, 0, 0x62, 0, 9, 9])],
  ])('may have %s in its header', async (_, flags, fields) => {
    expect((await unzip(withHeader(flags, fields))).equals(text)).toBe(true);
  });

  test('is read whatever the size of the chunks it comes in', async () => {
    const drops: ByteSource = {
      size: zipped.length,
      async *open(start = 0) {
        for (let at = start; at < zipped.length; at++) yield zipped.subarray(at, at + 1);
      },
    };
    expect((await unzip(drops)).equals(text)).toBe(true);
  });
});

describe('what is refused', () => {
  test('a second member, even an empty one, before or behind', async () => {
    await refused(Buffer.concat([zipped, zipped]), 'there is data behind its end');
    await refused(Buffer.concat([zipped, gzipSync('')]), 'there is data behind its end');
    await refused(Buffer.concat([gzipSync(''), zipped]), 'there is data behind its end');
  });

  test('anything behind the end', async () => {
    for (const tail of ['\0', '\0'.repeat(8), 'x', 'x'.repeat(100_000)]) {
      await refused(Buffer.concat([zipped, Buffer.from(tail)]), 'there is data behind its end');
    }
  });

  test('every truncation', { timeout: 30_000 }, async () => {
    for (let length = 0; length < zipped.length; length++) {
      await expect(unzip(zipped.subarray(0, length)), `${length} bytes`).rejects.toBeInstanceOf(FormatError);
    }
  });

  test('a wrong checksum or size', async () => {
    for (const fromEnd of [8, 1]) {
      const damaged = Buffer.from(zipped);
      damaged[damaged.length - fromEnd]! ^= 1;
      await refused(damaged, 'its gzip checksum is wrong');
    }
  });

  test('damaged data', async () => {
    await refused(withHeader(0, Buffer.from([0xff])), 'its compressed data is damaged or cut off');
  });

  test('another format', async () => {
    await refused(text, 'it is not gzip-compressed');
    await refused(deflateRawSync(text), 'it is not gzip-compressed');
    await refused(Buffer.from([0x1f, 0x8b]), 'it is not gzip-compressed');
  });

  test('a header with reserved flags, another method or no end', async () => {
    await refused(withHeader(0x20, Buffer.alloc(0)), 'its gzip header is malformed');
    await refused(withHeader(0x08, Buffer.alloc(5000, 'x')), 'its gzip header is malformed');
    await refused(withHeader(0x04, Buffer.from([0xff, 0xff])), 'its gzip header is malformed');
    const method = Buffer.from(zipped);
    method[2] = 7;
    await refused(method, 'its gzip header is malformed');
  });
});

test('stops at the limit, long before the end of a bomb', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000), { level: 1 });
  let seen = 0;
  const read = async () => {
    for await (const chunk of gunzip(bufferSource(bomb), { archive: 'docs.tar.gz', limit: 100_000 }))
      seen += chunk.length;
  };
  await expect(read()).rejects.toThrow('too big: docs.tar.gz holds more than 100000 bytes uncompressed');
  expect(seen).toBeLessThanOrEqual(100_000);
});

test('exactly the limit is allowed', async () => {
  await expect(unzip(zipped, text.length)).resolves.toHaveLength(text.length);
  await expect(unzip(zipped, text.length - 1)).rejects.toMatchObject({ code: 'contents_too_big' });
});

test('what goes wrong with the source itself is no FormatError', async () => {
  const broken: ByteSource = {
    size: zipped.length,
    async *open(start = 0) {
      yield zipped.subarray(start, start + 10);
      if (start === 10) throw new Error('disk on fire');
      yield zipped.subarray(start + 10);
    },
  };
  await expect(unzip(broken)).rejects.toThrow('disk on fire');
  await expect(unzip(broken)).rejects.not.toBeInstanceOf(FormatError);
});

test('lets go of the source when its reader stops early', async () => {
  let open = 0;
  const counted: ByteSource = {
    size: zipped.length,
    async *open(start = 0) {
      open += 1;
      try {
        for (let at = start; at < zipped.length; at += 50) yield zipped.subarray(at, at + 50);
      } finally {
        open -= 1;
      }
    },
  };
  for await (const _ of gunzip(counted, { archive: 'docs.tar.gz', limit: 1_000_000 })) break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(open).toBe(0);
});
