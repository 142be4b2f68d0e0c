/** An empty text takes a value away. */
export const orNull = (value: string | undefined) => value || null;

/** Takes over the texts that were sent. */
export function setTexts<Row extends object>(
  row: Row,
  given: { [K in keyof Row]?: unknown },
  names: (keyof Row)[],
): void {
  for (const name of names) if (given[name] !== undefined) row[name] = (given[name] || null) as Row[keyof Row];
}

/** What is sent is added to what is there; an empty value takes its key away, an empty `metadata` all of them. */
export function mergeMetadata(
  row: { metadata: Record<string, string> | null },
  given: Record<string, string> | '' | undefined,
): void {
  if (given === undefined) return;
  const merged = given === '' ? [] : Object.entries({ ...row.metadata, ...given }).filter(([, value]) => value !== '');
  row.metadata = Object.fromEntries(merged);
}
