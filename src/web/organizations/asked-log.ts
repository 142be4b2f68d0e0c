import { z } from 'zod';
import { type TrailFilter } from '../../audit/trail.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Without what no database text can hold. */
const text = z
  .string()
  .max(200)
  .transform((value) => value.replaceAll('\0', '').trim())
  .catch('')
  .default('');
const Day = z.iso.date().catch('').default('');
export const Asked = z.object({
  ...{ action: text, actor: text, from: Day, to: Day },
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .catch(undefined),
});
export type AskedLog = z.infer<typeof Asked>;

/** Days are UTC's, and the last one counts. */
export function filterOf({ action, actor, from, to }: AskedLog): TrailFilter {
  const dayOf = (day: string) => (day === '' ? undefined : new Date(`${day}T00:00:00Z`));
  const last = dayOf(to);
  return {
    ...{ action: action || undefined, actor: actor || undefined, from: dayOf(from) },
    to: last && new Date(last.getTime() + DAY_MS),
  };
}
