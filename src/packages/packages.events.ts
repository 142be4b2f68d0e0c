import { eventKind } from '../platform/events.js';

/** Which package changed, and the revision from which on an index shows it. */
export interface PackageState {
  readonly repositoryId: string;
  readonly package: string;
  readonly revision: string;
}

export const ReleasePublished = eventKind<PackageState & { version: string; replaced: boolean }>('ReleasePublished');
export const ReleaseReverted = eventKind<PackageState & { version: string }>('ReleaseReverted');
export const RetirementChanged = eventKind<PackageState & { version: string }>('RetirementChanged');

/** The documentation of a release. */
export interface DocsChange {
  readonly repositoryId: string;
  readonly package: string;
  readonly version: string;
}

export const DocsPublished = eventKind<DocsChange>('DocsPublished');
export const DocsReverted = eventKind<DocsChange>('DocsReverted');
