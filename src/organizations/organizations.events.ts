import { eventKind } from '../platform/events.js';

export const OrganizationCreated = eventKind<{ organizationId: string; repositoryId: string }>('OrganizationCreated');
