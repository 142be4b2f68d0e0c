import { type Key } from '../../accounts/key.entity.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull } from './time.js';

export interface KeyContext {
  readonly urls: Urls;
  /** The organization that owns the key; undefined for a user's. */
  readonly organization: string | undefined;
  /** The key the request was made with. */
  readonly authingKeyId: string | undefined;
}

/** `secret` only in the answer to its creation. */
export function keyView(key: Key, { urls, organization, authingKeyId }: KeyContext, secret?: string) {
  return {
    name: key.name,
    authing_key: key.id === authingKeyId,
    permissions: key.permissions.map(({ domain, resource }) => ({ domain, resource })),
    revoke_at: isoOrNull(key.revokedAt ?? key.expiresAt),
    inserted_at: iso(key.createdAt),
    updated_at: iso(key.updatedAt),
    url: urls.key(key.name, organization),
    // A map of nulls would make rebar3 crash where null is fine.
    last_use:
      key.lastUsedAt === null
        ? null
        : { used_at: iso(key.lastUsedAt), ip: key.lastUsedIp, user_agent: key.lastUsedAgent },
    ...(secret === undefined ? {} : { secret }),
  };
}
