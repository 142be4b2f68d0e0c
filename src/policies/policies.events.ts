import { eventKind } from '../platform/events.js';

/** Which policy changed, and the revision from which on its signed resource shows it. */
export interface PolicyState {
  readonly organizationId: string;
  readonly policy: string;
  readonly revision: string;
}

export const PolicyChanged = eventKind<PolicyState>('PolicyChanged');
