import { type AuditEntry } from '../../audit/audit-entry.entity.js';
import { iso, Time } from './time.js';
import { z } from 'zod';

export const AuditEntryShape = z
  .strictObject({
    id: z.string(),
    action: z.string().meta({ description: 'Noun, then verb: `release.publish`, `key.revoke`.' }),
    params: z.record(z.string(), z.unknown()),
    user_agent: z.string().nullable(),
    ip: z.string().nullable(),
    request_id: z.string().nullable(),
    actor: z.strictObject({ kind: z.string(), name: z.string() }),
    key: z.string().nullable().meta({ description: 'The name of the key that was used.' }),
    inserted_at: Time,
  })
  .meta({ id: 'AuditEntry' });

/** As much of an entry as the log's own readers see; `action`, `user_agent` and `params` are all that hex.pm has. */
export const auditView = ({ id, at, actorKind, actorName, keyName, action, params, ...where }: AuditEntry) => ({
  ...{ id, action, params, user_agent: where.userAgent, ip: where.ip, request_id: where.requestId },
  ...{ actor: { kind: actorKind, name: actorName }, key: keyName, inserted_at: iso(at) },
});

/** What all the world may know of an entry: nothing of the machines and keys that people use. */
export const publicAuditView = (entry: AuditEntry) => {
  const { by_grant: _grant, reason: _reason, ...params } = entry.params;
  return { ...auditView(entry), params, user_agent: null, ip: null, request_id: null, key: null };
};
