/** What `after` no longer says as `before` did, as `previous_attributes` has it: only what changed, with its old value. */
export function differences(before: unknown, after: unknown): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  const fresh = after as Record<string, unknown>;
  const keys = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return Object.fromEntries([...keys].flatMap((key) => difference(key, old[key] ?? null, fresh[key] ?? null)));
}

function difference(key: string, before: unknown, after: unknown): [string, unknown][] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [[key, isPlain(before) && isPlain(after) ? differences(before, after) : before]];
}

const isPlain = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
