import { z } from 'zod';
import { type Permission } from '../../accounts/permissions.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export const EXPIRIES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'date', label: 'on a day of your choice' },
  { value: 'never', label: 'never' },
] as const;

const list = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]));

const names = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((name) => name !== ''));

/**
 * What the form of a new key sends. `may`: `fetch` (from `from`: one organization, or all), `read`, `write` (the packages in
 * `packages` only, if any are named).
 */
export const KeyForm = z
  .object({
    name: z
      .string()
      .trim()
      .min(1, 'give it a name, so that you know it again later')
      .max(100, 'at most 100 characters'),
    may: list.pipe(z.array(z.enum(['fetch', 'read', 'write', 'everything'])).min(1, 'tick at least one')),
    from: z.string().default(''),
    packages: names,
    expires: z.enum(EXPIRIES.map(({ value }) => value)).default('30'),
    date: z.string().default(''),
  })
  .superRefine(({ expires, date }, context) => {
    if (expires === 'date' && !isDay(date))
      context.addIssue({ code: 'custom', path: ['date'], message: 'choose a day' });
  });

export type KeyFormInput = z.infer<typeof KeyForm>;

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** The end of the chosen day in UTC; null: by itself never. */
export function expiryOf({ expires, date }: KeyFormInput, now: Date): Date | null {
  if (expires === 'never') return null;
  if (expires === 'date') return new Date(Date.parse(date) + DAY_MS - 1000);
  return new Date(now.getTime() + Number(expires) * DAY_MS);
}

/** `organization`: the owner of an organization's key, which can fetch from nowhere else. */
export function permissionsOf({ may, from, packages }: KeyFormInput, organization: string | undefined): Permission[] {
  const source = organization ?? from;
  return may.flatMap((one): Permission[] => {
    switch (one) {
      case 'fetch':
        return [
          source === '' ? { domain: 'repositories', resource: null } : { domain: 'repository', resource: source },
        ];
      case 'read':
        return [{ domain: 'api', resource: 'read' }];
      case 'write':
        return packages.length === 0
          ? [{ domain: 'api', resource: 'write' }]
          : packages.map((name) => ({ domain: 'package', resource: qualified(name, organization) }));
      case 'everything':
        return [{ domain: 'api', resource: null }];
    }
  });
}

const qualified = (name: string, organization: string | undefined): string =>
  name.includes('/') || organization === undefined ? name : `${organization}/${name}`;
