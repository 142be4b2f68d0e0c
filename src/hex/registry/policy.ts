import { create, isFieldSet, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { severities, type Severity } from './advisory.js';
import * as pb from './generated/registry_pb.js';
import { decodePayload } from './payload.js';
import { type RetirementReason, retirementReasons } from './retirement.js';

export const visibilities = ['private', 'public'] as const;
export type Visibility = (typeof visibilities)[number];

/** In the order of their numbers on the wire; clients before Hex 2.5.2 know the first two and ignore the others. */
export const overrideActions = ['allow', 'deny', 'advisory', 'retirement', 'cooldown'] as const;
export type OverrideAction = (typeof overrideActions)[number];

/** The resource `policies/NAME`: which versions a project that opts in may resolve to. */
export interface Policy {
  readonly repository: string;
  readonly name: string;
  readonly description: string | null;
  readonly visibility: Visibility;
  readonly repositories: readonly RepositoryPolicy[];
}

/** Rules for the packages of one repository; those of a repository that is not listed are all allowed. */
export interface RepositoryPolicy {
  /** `hexpm`, or the name that clients know another repository by, without `hexpm:`. */
  readonly repository: string;
  readonly restriction: Restriction;
  readonly overrides: readonly Override[];
}

export interface Restriction {
  /** Releases with an advisory of at least this severity are hidden; `none`: with any at all. Null: advisories do not matter. */
  readonly advisoryMinSeverity: Severity | null;
  readonly retirementReasons: readonly RetirementReason[];
  /** How old a release must be: `0`, `Nd`, `Nw`, `Nmo` (of thirty days). */
  readonly cooldown: string | null;
}

/** `allow` and `deny` settle it; the others lift one restriction. The one with a requirement goes before the one without. */
export interface Override {
  readonly action: OverrideAction;
  readonly package: string;
  /** Null: all versions. */
  readonly requirement: string | null;
  readonly advisoryId: string | null;
  readonly retirementReason: RetirementReason | null;
  readonly comment: string | null;
}

/** Payload bytes, unsigned. What is null is left out: clients take an empty requirement for an invalid one. */
export function encodePolicy({ repository, name, description, visibility, repositories }: Policy): Uint8Array {
  return toBinary(
    pb.PolicySchema,
    create(pb.PolicySchema, {
      ...{ repository, name, description: description ?? undefined },
      visibility: visibilities.indexOf(visibility),
      repositories: repositories.map(toRepositoryPolicy),
    }),
  );
}

function toRepositoryPolicy(policy: RepositoryPolicy): MessageInitShape<typeof pb.RepositoryPolicySchema> {
  const { repository, restriction, overrides } = policy;
  const { advisoryMinSeverity: severity, cooldown, retirementReasons: reasons } = restriction;
  const isOpen = severity === null && cooldown === null && reasons.length === 0;
  return {
    repository,
    ...(!isOpen && {
      restriction: {
        ...(severity !== null && { advisoryMinSeverity: severities.indexOf(severity) }),
        retirementReasons: reasons.map((reason) => retirementReasons.indexOf(reason)),
        cooldown: cooldown ?? undefined,
      },
    }),
    overrides: overrides.map(toOverride),
  };
}

function toOverride(override: Override): MessageInitShape<typeof pb.OverrideSchema> {
  const { action, package: name, requirement, advisoryId, retirementReason: reason, comment } = override;
  return {
    action: overrideActions.indexOf(action),
    ref: { package: name, requirement: requirement ?? undefined },
    ...{ advisoryId: advisoryId ?? undefined, comment: comment ?? undefined },
    ...(reason !== null && { retirementReason: retirementReasons.indexOf(reason) }),
  };
}

/** The inverse of encodePolicy. */
export function decodePolicy(payload: Uint8Array): Policy {
  const message = decodePayload(pb.PolicySchema, payload);
  const { repository, name, description, visibility, repositories } = message;
  return {
    ...{ repository, name, description: description || null, visibility: visibilities[visibility] ?? 'private' },
    repositories: repositories.map(fromRepositoryPolicy),
  };
}

function fromRepositoryPolicy({ repository, restriction, overrides }: pb.RepositoryPolicy): RepositoryPolicy {
  const schema = pb.RestrictionSchema.field;
  const hasSeverity = restriction !== undefined && isFieldSet(restriction, schema.advisoryMinSeverity);
  return {
    repository,
    restriction: {
      advisoryMinSeverity: hasSeverity ? (severities[restriction.advisoryMinSeverity] ?? null) : null,
      retirementReasons: (restriction?.retirementReasons ?? []).map((reason) => retirementReasons[reason] ?? 'other'),
      cooldown: restriction?.cooldown || null,
    },
    overrides: overrides.map(fromOverride),
  };
}

function fromOverride(message: pb.Override): Override {
  const { action, ref, advisoryId, retirementReason, comment } = message;
  const hasReason = isFieldSet(message, pb.OverrideSchema.field.retirementReason);
  return {
    action: overrideActions[action] ?? 'allow',
    package: ref?.package ?? '',
    requirement: ref?.requirement || null,
    advisoryId: advisoryId || null,
    retirementReason: hasReason ? (retirementReasons[retirementReason] ?? 'other') : null,
    comment: comment || null,
  };
}
