import { expect, test } from 'vitest';
import { bufferSource, readAt, sliceSource, type ByteSource } from './byte-source.js';

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));

const readAll = async (source: ByteSource, start?: number) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(start)) chunks.push(chunk);
  return Buffer.concat(chunks);
};

test('a buffer can be read again and again, from anywhere', async () => {
  const source = bufferSource(bytes);
  expect(source.size).toBe(200_000);
  expect((await readAll(source)).equals(bytes)).toBe(true);
  expect((await readAll(source)).equals(bytes)).toBe(true);
  expect((await readAll(source, 131_073)).equals(bytes.subarray(131_073))).toBe(true);
  expect(await readAll(source, 200_000)).toHaveLength(0);
});

test.each([
  [0, 200_000],
  [1, 65_536],
  [65_535, 2],
  [131_072, 68_928],
  [5, 0],
])('a slice at %i of %i bytes', async (start, size) => {
  const slice = sliceSource(bufferSource(bytes), start, size);
  expect(slice.size).toBe(size);
  expect((await readAll(slice)).equals(bytes.subarray(start, start + size))).toBe(true);
  expect((await readAll(slice, 1)).equals(bytes.subarray(start + 1, start + size))).toBe(true);
});

test('reading a little at the end yields what is there', async () => {
  expect(await readAt(bufferSource(bytes), 199_998, 10)).toEqual(bytes.subarray(199_998));
});
