import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinEntries, withoutEnd } from './lists.js';
import { encodeNames, encodeNamesEntry } from './names.js';
import { encodeVersions, encodeVersionsEntry } from './versions.js';

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,30}$/);
const packages = fc.uniqueArray(
  fc.record({
    name,
    updatedAt: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    versions: fc.array(
      fc.record({
        version: fc.stringMatching(/^[0-9]\.[0-9]\.[0-9]{1,3}$/),
        retired: fc.boolean(),
        advised: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
  }),
  { selector: (one) => one.name, maxLength: 12 },
);
const byName = <T extends { name: string }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => (a.name < b.name ? -1 : 1));

test('lists put together of entries are, byte for byte, those that are encoded at once', () => {
  fc.assert(
    fc.property(name, packages, (repository, all) => {
      const ordered = byName(all);
      const names = ordered.map(encodeNamesEntry);
      expect(joinEntries(names, encodeNames({ repository, packages: [] }))).toEqual(
        Buffer.from(encodeNames({ repository, packages: all })),
      );
      const versions = ordered.map(encodeVersionsEntry);
      expect(joinEntries(versions, encodeVersions({ repository, packages: [] }))).toEqual(
        Buffer.from(encodeVersions({ repository, packages: all })),
      );
    }),
  );
});

test('what does not end as it must is not cut', () => {
  expect(() => withoutEnd(Buffer.from([1, 2, 3]), Buffer.from([2]))).toThrow('does not end');
  expect(() => withoutEnd(Buffer.from([1]), Buffer.from([1, 1]))).toThrow('does not end');
});
