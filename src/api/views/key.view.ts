import { type Key } from '../../accounts/key.entity.js';
import { domains } from '../../accounts/permissions.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull, Time, Url } from './time.js';
import { z } from 'zod';

export interface KeyContext {
  readonly urls: Urls;
  /** The organization that owns the key; undefined for a user's. */
  readonly organization: string | undefined;
  /** The key the request was made with. */
  readonly authingKeyId: string | undefined;
}

export const KeyShape = z
  .strictObject({
    name: z.string(),
    authing_key: z.boolean().meta({ description: 'Whether the request was made with it.' }),
    permissions: z.array(z.strictObject({ domain: z.enum(domains), resource: z.string().nullable() })),
    revoke_at: Time.nullable(),
    inserted_at: Time,
    updated_at: Time,
    url: Url,
    last_use: z
      .strictObject({ used_at: Time, ip: z.string().nullable(), user_agent: z.string().nullable() })
      .nullable(),
  })
  .meta({ id: 'Key' });
export const NewKeyShape = KeyShape.extend({
  secret: z.string().meta({ description: 'Shown this once.' }),
}).meta({ id: 'NewKey' });

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
