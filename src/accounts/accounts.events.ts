import { eventKind } from '../platform/events.js';

/** An organization has a new API key; a user's own are told to the user right away. */
export const OrganizationKeyCreated = eventKind<{
  readonly keyId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly actorName: string;
}>('OrganizationKeyCreated');
