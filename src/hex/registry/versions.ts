import { create, toBinary } from '@bufbuild/protobuf';
import { VersionsSchema } from './generated/registry_pb.js';
import { withoutEnd } from './lists.js';
import { decodePayload, sortedBy } from './payload.js';

/** The resource `versions`: every package of a repository with its versions, ascending. */
export interface Versions {
  repository: string;
  packages: { name: string; versions: ListedVersion[] }[];
}

export interface ListedVersion {
  version: string;
  retired: boolean;
  /** A security advisory concerns it. */
  advised?: boolean;
}

/** Payload bytes, unsigned. Packages come out sorted by name; versions stay in the order given. */
export function encodeVersions({ repository, packages }: Versions): Uint8Array {
  const sorted = sortedBy(packages, (entry) => entry.name);
  return toBinary(
    VersionsSchema,
    create(VersionsSchema, {
      repository,
      packages: sorted.map(({ name, versions }) => ({
        name,
        versions: versions.map((entry) => entry.version),
        retired: versions.flatMap((entry, index) => (entry.retired ? [index] : [])),
        withAdvisories: versions.flatMap((entry, index) => (entry.advised ? [index] : [])),
      })),
    }),
  );
}

/** What a package adds to {@link encodeVersions}' payload; see `lists.ts`. */
export const encodeVersionsEntry = (entry: Versions['packages'][number]): Uint8Array =>
  withoutEnd(encodeVersions({ repository: '', packages: [entry] }), encodeVersions({ repository: '', packages: [] }));

export function decodeVersions(payload: Uint8Array): Versions {
  const { repository, packages } = decodePayload(VersionsSchema, payload);
  return {
    repository,
    packages: packages.map(({ name, versions, retired, withAdvisories }) => ({
      name,
      versions: versions.map((version, index) => ({
        ...{ version, retired: retired.includes(index) },
        ...(withAdvisories.includes(index) && { advised: true }),
      })),
    })),
  };
}
