import { eventKind } from '../platform/events.js';

/** What an organization's payment comes to has changed: standing, seats or plan. */
export const SubscriptionChanged = eventKind<{ organizationId: string }>('SubscriptionChanged');
