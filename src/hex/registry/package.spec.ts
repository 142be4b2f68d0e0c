import { readFileSync } from 'node:fs';
import { fromBinary, isFieldSet } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { type SecurityAdvisory } from './advisory.js';
import { DependencySchema, PackageSchema, ReleaseSchema } from './generated/registry_pb.js';
import {
  type Dependency,
  decodePackage,
  encodePackage,
  encodePackagePieces,
  type Package,
  type Release,
} from './package.js';

const golden = readFileSync('test/golden/hex-bytes/package.payload');

const checksum = (byte: number) => new Uint8Array(32).fill(byte);

const hive: Dependency = { package: 'hive', requirement: '~> 2.0', optional: false, app: 'hive', repository: 'acme' };

const melts: SecurityAdvisory = {
  id: 'EEF-CVE-2026-1',
  summary: 'Melts',
  htmlUrl: 'https://osv.example/1',
  apiUrl: 'https://api.osv.example/1',
  severity: 'high',
  cvssScore: 7.5,
  aliases: ['CVE-2026-1', 'GHSA-x'],
};

const drips: SecurityAdvisory = {
  id: 'EEF-CVE-2026-2',
  summary: 'Drips',
  htmlUrl: 'https://osv.example/2',
  apiUrl: 'https://api.osv.example/2',
  aliases: [],
};

const comb: Package = {
  name: 'comb',
  repository: 'acme',
  advisories: [melts, drips],
  releases: [
    {
      version: '0.9.0',
      innerChecksum: checksum(1),
      outerChecksum: checksum(2),
      dependencies: [],
      retired: { reason: 'other' },
      advisories: [melts.id, drips.id],
    },
    {
      version: '1.0.0',
      innerChecksum: checksum(3),
      outerChecksum: checksum(255),
      dependencies: [
        hive,
        { package: 'jason', requirement: '~> 1.4 or ~> 2.0', optional: true, app: 'jason', repository: 'hexpm' },
        { package: 'wax_2', requirement: '>= 0.0.0', optional: false, app: 'wax', repository: 'acme' },
      ],
      retired: { reason: 'security', message: 'Wächst „schief“' },
      publishedAt: new Date('2026-11-22T20:00:00Z'),
    },
  ],
};

const only = (change: Partial<Release>): Package => ({
  ...comb,
  releases: [{ version: '1.0.0', innerChecksum: checksum(1), outerChecksum: checksum(2), dependencies: [], ...change }],
});

test('is the bytes that hex_core encodes', () => {
  expect(Buffer.from(encodePackage(comb))).toEqual(golden);
});

test('is read back from what hex_core encodes', () => {
  expect(decodePackage(new Uint8Array(golden))).toEqual(comb);
});

describe('a dependency', () => {
  const written = (dependency: Partial<Dependency>) => {
    const bytes = encodePackage(only({ dependencies: [{ ...hive, ...dependency }] }));
    return fromBinary(PackageSchema, bytes).releases[0]!.dependencies[0]!;
  };
  const fields = (dependency: Partial<Dependency>) => {
    const message = written(dependency);
    const names = ['optional', 'app', 'repository'] as const;
    return names.filter((name) => isFieldSet(message, DependencySchema.field[name]));
  };

  test('says nothing about what clients take for granted', () => {
    expect(fields({})).toEqual([]);
  });

  test('names its repository only when it is another than the package is in', () => {
    expect(fields({ repository: 'hexpm' })).toEqual(['repository']);
    expect(fields({ repository: 'acme' })).toEqual([]);
  });

  test('names its application only when it is called differently', () => {
    expect(fields({ app: 'hive_app' })).toEqual(['app']);
  });

  test('is optional or says nothing', () => {
    expect(fields({ optional: true })).toEqual(['optional']);
  });

  test('always has a requirement', () => {
    expect(written({ requirement: '' }).requirement).toBe('>= 0.0.0');
  });

  test('stands in the order of names', () => {
    const dependencies = ['c', 'a', 'b'].map((name) => ({ ...hive, package: name, app: name }));
    const decoded = decodePackage(encodePackage(only({ dependencies })));
    expect(decoded.releases[0]?.dependencies.map((entry) => entry.package)).toEqual(['a', 'b', 'c']);
  });
});

describe('a release', () => {
  test.each(['other', 'invalid', 'security', 'deprecated', 'renamed'] as const)('is retired as %s', (reason) => {
    expect(decodePackage(encodePackage(only({ retired: { reason } }))).releases[0]?.retired).toEqual({ reason });
  });

  test('that is not retired and has no date says so by leaving the fields out', () => {
    const release = fromBinary(PackageSchema, encodePackage(only({}))).releases[0]!;
    expect(isFieldSet(release, ReleaseSchema.field.retired)).toBe(false);
    expect(isFieldSet(release, ReleaseSchema.field.publishedAt)).toBe(false);
  });

  test('cannot name an advisory that its package does not list', () => {
    expect(() => encodePackage(only({ advisories: ['unknown'] }))).toThrow('the package lists no advisory unknown');
  });

  test.each(['innerChecksum', 'outerChecksum'] as const)('without its %s is refused', (field) => {
    expect(() => encodePackage(only({ [field]: new Uint8Array(0) }))).toThrow('invalid checksum of release 1.0.0');
  });
});

test.each([1, 2, 3, 50])('pieces of %i releases each are, one behind the other, what is encoded at once', (each) => {
  const releases = Array.from({ length: 7 }, (_, minor) =>
    comb.releases.map((release) => ({ ...release, version: release.version.replace(/\d+\.0$/, `${minor}.0`) })),
  ).flat();
  for (const index of [
    comb,
    { ...comb, releases: [] },
    { ...comb, releases },
    { ...comb, advisories: [], releases: [] },
  ])
    expect(Buffer.concat([...encodePackagePieces(index, each)])).toEqual(Buffer.from(encodePackage(index)));
});
