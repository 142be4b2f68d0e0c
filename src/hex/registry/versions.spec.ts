import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeVersions, encodeVersions, type Versions } from './versions.js';

const golden = readFileSync('test/golden/hex-bytes/versions.payload');

const versions: Versions = {
  repository: 'acme',
  packages: [
    {
      name: 'comb',
      versions: [
        { version: '0.9.0', retired: true },
        { version: '1.0.0-rc.1', retired: false },
        { version: '1.0.0', retired: true },
        { version: '1.10.0', retired: false },
      ],
    },
    { name: 'hive', versions: [{ version: '2.0.0', retired: false, advised: true }] },
  ],
};

test('are the bytes that hex_core encodes', () => {
  expect(Buffer.from(encodeVersions(versions))).toEqual(golden);
});

test('packages are sorted, versions keep the order of the caller', () => {
  const reversed = { ...versions, packages: [...versions.packages].reverse() };
  expect(Buffer.from(encodeVersions(reversed))).toEqual(golden);
  const comb = decodeVersions(golden).packages[0];
  expect(comb?.versions.map((entry) => entry.version)).toEqual(['0.9.0', '1.0.0-rc.1', '1.0.0', '1.10.0']);
});

test('are read back from what hex_core encodes', () => {
  expect(decodeVersions(golden)).toEqual(versions);
});
