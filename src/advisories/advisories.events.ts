import { eventKind } from '../platform/events.js';

/** What is known against these packages has changed; not all of them need exist. */
export const AdvisoriesChanged = eventKind<{ repositoryId: string; packages: readonly string[] }>('AdvisoriesChanged');
