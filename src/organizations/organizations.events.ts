import { eventKind } from '../platform/events.js';

export const OrganizationCreated = eventKind<{ organizationId: string; repositoryId: string }>('OrganizationCreated');

/** Its repository has the new name already; its signed indexes still carry the old one. */
export const OrganizationRenamed = eventKind<{ organizationId: string; repositoryId: string }>('OrganizationRenamed');
