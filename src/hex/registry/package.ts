import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { FormatError } from '../format-error.js';
import { fromAdvisory, positionsOf, type SecurityAdvisory, toAdvisory } from './advisory.js';
import * as pb from './generated/registry_pb.js';
import { withoutEnd } from './lists.js';
import { decodePayload, sortedBy } from './payload.js';
import { type RetirementReason, retirementReasons } from './retirement.js';
import { toDate, toTimestamp } from './timestamp.js';

/** The resource `packages/NAME`: all that clients resolve and verify dependencies with. */
export interface Package {
  name: string;
  repository: string;
  /** Ascending by version. */
  releases: Release[];
  /** Each once; releases name those that concern them. */
  advisories?: SecurityAdvisory[];
}

export interface Release {
  version: string;
  /** SHA-256, 32 bytes each. */
  innerChecksum: Uint8Array;
  outerChecksum: Uint8Array;
  dependencies: Dependency[];
  retired?: { reason: RetirementReason; message?: string };
  /** Feeds the client's cooldown; a release without it is never held back. */
  publishedAt?: Date;
  /** Ids of the package's advisories that concern this release. */
  advisories?: string[];
}

export interface Dependency {
  package: string;
  /** In Elixir's syntax; empty means any version. */
  requirement: string;
  optional: boolean;
  /** The OTP application, usually named like the package. */
  app: string;
  /** Where the package lives: `hexpm`, or the repository's own name. */
  repository: string;
}

/**
 * Payload bytes, unsigned. Releases stay in the order given; dependencies come out sorted by package. What clients take
 * for granted is left out: `optional` when false, `app` when it is the package's name, `repository` when it is the
 * package's own, because the client may know that one by another name.
 */
export function encodePackage({ name, repository, releases, advisories }: Package): Uint8Array {
  const message = {
    ...{ name, repository, advisories: advisories?.map(toAdvisory) },
    releases: releases.map((release) => ({
      ...toRelease(release, repository),
      advisoryIndexes: positionsOf(release.advisories, advisories),
    })),
  };
  return toBinary(pb.PackageSchema, create(pb.PackageSchema, message));
}

/**
 * The same bytes piece by piece, each of some milliseconds at most, so that whoever encodes a package of a thousand releases can
 * do something else in between. Put one behind the other they are the payload; see `lists.ts`.
 */
export function* encodePackagePieces(index: Package, releasesEach = 50): Generator<Uint8Array> {
  const end = encodePackage({ ...index, releases: [] });
  for (let at = 0; at < index.releases.length; at += releasesEach)
    yield withoutEnd(encodePackage({ ...index, releases: index.releases.slice(at, at + releasesEach) }), end);
  yield end;
}

function toRelease(release: Release, repository: string): MessageInitShape<typeof pb.ReleaseSchema> {
  const { version, dependencies, retired, publishedAt } = release;
  return {
    version,
    innerChecksum: sha256(release.innerChecksum, version),
    outerChecksum: sha256(release.outerChecksum, version),
    dependencies: sortedBy(dependencies, (entry) => entry.package).map((entry) => toDependency(entry, repository)),
    retired: retired && { reason: retirementReasons.indexOf(retired.reason), message: retired.message },
    publishedAt: publishedAt && toTimestamp(publishedAt),
  };
}

function toDependency(dependency: Dependency, own: string): MessageInitShape<typeof pb.DependencySchema> {
  const { package: name, requirement, optional, app, repository } = dependency;
  return {
    package: name,
    requirement: requirement || '>= 0.0.0',
    optional: optional || undefined,
    app: app === name ? undefined : app,
    repository: repository === own ? undefined : repository,
  };
}

/** A checksum that got lost would make rebar3 drop the release without a word. */
function sha256(checksum: Uint8Array, version: string): Uint8Array {
  if (checksum.length !== 32) throw new FormatError('invalid_checksum', `invalid checksum of release ${version}`);
  return checksum;
}

/** The inverse of encodePackage: what was left out is filled in again. */
export function decodePackage(payload: Uint8Array): Package {
  const { name, repository, releases, advisories } = decodePayload(pb.PackageSchema, payload);
  const ids = advisories.map((advisory) => advisory.id);
  return {
    ...{ name, repository, releases: releases.map((release) => fromRelease(release, repository, ids)) },
    ...(advisories.length > 0 && { advisories: advisories.map(fromAdvisory) }),
  };
}

function fromRelease(message: pb.Release, repository: string, ids: readonly string[]): Release {
  const { version, innerChecksum, outerChecksum, dependencies, retired, publishedAt, advisoryIndexes } = message;
  return {
    version,
    innerChecksum,
    outerChecksum,
    dependencies: dependencies.map((dependency) => fromDependency(dependency, repository)),
    ...(retired && { retired: fromRetirement(retired) }),
    ...(publishedAt && { publishedAt: toDate(publishedAt) }),
    ...(advisoryIndexes.length > 0 && { advisories: advisoryIndexes.map((position) => ids[position] ?? '') }),
  };
}

function fromDependency(message: pb.Dependency, own: string): Dependency {
  const { package: name, requirement, optional, app, repository } = message;
  return { package: name, requirement, optional, app: app || name, repository: repository || own };
}

function fromRetirement({ reason, message }: pb.RetirementStatus): Release['retired'] {
  return { reason: retirementReasons[reason] ?? 'other', ...(message && { message }) };
}
