import { z } from 'zod';
import { listSorts } from '../../packages/searching.queries.js';

export const PUBLIC = 'public';
const text = z.string().catch('').default('');
export const AskedListSchema = z.object({
  search: text.transform((value) => value.trim().slice(0, 100)),
  sort: z.enum(listSorts).catch('relevance').default('relevance'),
  organization: text,
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
});

/** What one asked for in the list; `organization` is `public` for the public repository, empty for all. */
export type AskedList = z.infer<typeof AskedListSchema>;
