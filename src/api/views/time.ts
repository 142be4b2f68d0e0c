import { z } from 'zod';

/** As {@link iso} writes it. */
export const Time = z.iso.datetime().meta({ id: 'Time', description: 'UTC, ISO 8601 in whole seconds.' });
export const Url = z.url();

/** ISO 8601 in whole seconds: the precision that Hex clients get from hex.pm in Erlang terms. */
export const iso = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
export const isoOrNull = (date: Date | null): string | null => (date === null ? null : iso(date));
