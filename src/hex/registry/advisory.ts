import { isFieldSet, type MessageInitShape } from '@bufbuild/protobuf';
import { FormatError } from '../format-error.js';
import * as pb from './generated/registry_pb.js';

/** In the order of their numbers on the wire. */
export const severities = ['none', 'low', 'medium', 'high', 'critical'] as const;

export type Severity = (typeof severities)[number];

/** A known weakness of some releases of a package, as `mix hex.audit` shows it. */
export interface SecurityAdvisory {
  /** The OSV id. */
  id: string;
  summary: string;
  htmlUrl: string;
  apiUrl: string;
  severity?: Severity;
  /** 0.0 to 10.0, in the precision of a 32-bit float. */
  cvssScore?: number;
  /** Other names, a CVE among them: clients show advisories that share one together. */
  aliases: string[];
}

export function toAdvisory(advisory: SecurityAdvisory): MessageInitShape<typeof pb.SecurityAdvisorySchema> {
  const { severity, ...rest } = advisory;
  return { ...rest, ...(severity && { severity: severities.indexOf(severity) }) };
}

export function fromAdvisory(message: pb.SecurityAdvisory): SecurityAdvisory {
  const { id, summary, htmlUrl, apiUrl, severity, cvssScore, aliases } = message;
  return {
    ...{ id, summary, htmlUrl, apiUrl, aliases },
    ...(isFieldSet(message, pb.SecurityAdvisorySchema.field.severity) && { severity: severities[severity] }),
    ...(isFieldSet(message, pb.SecurityAdvisorySchema.field.cvssScore) && { cvssScore }),
  };
}

/** Releases refer to the advisories of their package by position. */
export function positionsOf(ids: readonly string[] = [], advisories: readonly SecurityAdvisory[] = []): number[] {
  return ids.map((id) => {
    const position = advisories.findIndex((advisory) => advisory.id === id);
    if (position < 0) throw new FormatError('unknown_advisory', `the package lists no advisory ${id}`);
    return position;
  });
}
