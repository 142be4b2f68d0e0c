/** ISO 8601 in whole seconds: the precision that Hex clients get from hex.pm in Erlang terms. */
export const iso = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
export const isoOrNull = (date: Date | null): string | null => (date === null ? null : iso(date));
