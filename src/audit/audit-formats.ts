import { type AuditEntry } from './audit-entry.entity.js';

/** Audit entries as files to keep: a line each, of all that was written down. */

const COLUMNS = ['time', 'actor_kind', 'actor', 'key', 'action', 'details', 'ip', 'user_agent', 'request_id', 'id'];

export const csvHead = csvLine(COLUMNS);

export function csvEntry(entry: AuditEntry): string {
  const { at, actorKind, actorName, keyName, action, params, ip, userAgent, requestId, id } = entry;
  return csvLine([
    ...[at.toISOString(), actorKind, actorName, keyName, action, JSON.stringify(params)],
    ...[ip, userAgent, requestId, id],
  ]);
}

export function jsonEntry(entry: AuditEntry): string {
  const { at, actorKind, actorName, keyName, action, params, ip, userAgent, requestId, id } = entry;
  const line = {
    ...{ id, time: at.toISOString(), actor: { kind: actorKind, name: actorName }, key: keyName, action },
    ...{ details: params, ip, user_agent: userAgent, request_id: requestId },
  };
  return `${JSON.stringify(line)}\n`;
}

/**
 * RFC 4180: fields apart by commas, lines ended by CR LF, a field in quotes where it needs them. What a spreadsheet would
 * take for a formula gets an apostrophe in front: user agents and names are anybody's to choose (OWASP, "CSV injection").
 */
export function csvLine(fields: readonly (string | null)[]): string {
  return `${fields.map((field) => csvField(field ?? '')).join(',')}\r\n`;
}

function csvField(text: string): string {
  const harmless = /^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
