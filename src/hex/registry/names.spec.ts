import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FormatError } from '../format-error.js';
import { decodeNames, encodeNames, type Names } from './names.js';

const golden = readFileSync('test/golden/hex-bytes/names.payload');

const names: Names = {
  repository: 'acme',
  packages: [
    { name: 'comb', updatedAt: new Date('2026-11-22T20:00:00.123Z') },
    { name: 'hive' },
    { name: 'wax_2', updatedAt: new Date('1969-12-31T23:59:59.500Z') },
  ],
};

test('are the bytes that hex_core encodes', () => {
  expect(Buffer.from(encodeNames(names))).toEqual(golden);
});

test('are sorted, whatever order they come in, and the input keeps its order', () => {
  const reversed = { ...names, packages: [...names.packages].reverse() };
  expect(Buffer.from(encodeNames(reversed))).toEqual(golden);
  expect(reversed.packages[0]?.name).toBe('wax_2');
});

test('are read back from what hex_core encodes', () => {
  expect(decodeNames(golden)).toEqual(names);
});

test('may be empty', () => {
  expect(decodeNames(encodeNames({ repository: 'acme', packages: [] }))).toEqual({ repository: 'acme', packages: [] });
});

test('are refused when cut off', () => {
  const decode = () => decodeNames(golden.subarray(0, -1));
  expect(decode).toThrow(FormatError);
  expect(decode).toThrow('invalid registry resource: not a hex.registry.Names message');
});
