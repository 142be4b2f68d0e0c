import { create, toBinary } from '@bufbuild/protobuf';
import { NamesSchema } from './generated/registry_pb.js';
import { withoutEnd } from './lists.js';
import { decodePayload, sortedBy } from './payload.js';
import { toDate, toTimestamp } from './timestamp.js';

/** The resource `names`: every package of a repository. */
export interface Names {
  repository: string;
  packages: { name: string; updatedAt?: Date }[];
}

/** Payload bytes, unsigned. Packages come out sorted by name, so equal content gives equal bytes. */
export function encodeNames({ repository, packages }: Names): Uint8Array {
  const sorted = sortedBy(packages, (entry) => entry.name);
  return toBinary(
    NamesSchema,
    create(NamesSchema, {
      repository,
      packages: sorted.map(({ name, updatedAt }) => ({ name, updatedAt: updatedAt && toTimestamp(updatedAt) })),
    }),
  );
}

/** What a package adds to {@link encodeNames}' payload; see `lists.ts`. */
export const encodeNamesEntry = (entry: Names['packages'][number]): Uint8Array =>
  withoutEnd(encodeNames({ repository: '', packages: [entry] }), encodeNames({ repository: '', packages: [] }));

export function decodeNames(payload: Uint8Array): Names {
  const { repository, packages } = decodePayload(NamesSchema, payload);
  return {
    repository,
    packages: packages.map(({ name, updatedAt }) => (updatedAt ? { name, updatedAt: toDate(updatedAt) } : { name })),
  };
}
