import { z } from 'zod';
import { isMailAddress } from '../platform/mail/address.js';
import { isCountry } from './countries.js';
import { type Details } from './gateway.js';
import { readTaxId, taxIdKinds } from './tax-ids.js';

/** Billing details as forms and the API send them (names with underscores; empty, null and missing mean the same), and out as `Details`. */

const blank = "can't be blank";
const printable = /^[^\p{C}]*$/u;

const text = (most: number) =>
  z
    .string(blank)
    .trim()
    .max(most, `must be at most ${most} characters`)
    .regex(printable, 'has characters that cannot be printed');
const given = (most: number) => text(most).min(1, blank);
const optional = (most: number) =>
  text(most)
    .nullish()
    .transform((value) => value || null);

const typed = z.object({
  kind: z.enum(['person', 'company'], { error: 'must be person or company' }),
  name: given(150),
  email: given(254).refine((value) => value === '' || isMailAddress(value), 'is not an e-mail address'),
  country: given(2)
    .transform((code) => code.toUpperCase())
    .refine(isCountry, 'is not a country'),
  ...{ line1: optional(200), line2: optional(200), city: optional(100), state: optional(100) },
  ...{ postal_code: optional(20), tax_id: optional(40) },
  /** Stripe prints at most 140 characters. */
  purchase_order: optional(140),
});

type Typed = z.infer<typeof typed>;

/** A company's invoice wants its address (EU VAT directive, article 226); a person's only the country. */
function checkCompany({ kind, line1, city }: Typed, context: z.RefinementCtx): void {
  if (kind !== 'company') return;
  for (const [field, value] of Object.entries({ line1, city }))
    if (value === null) context.addIssue({ code: 'custom', path: [field], message: blank });
}

export const DetailsSchema = typed.superRefine(checkCompany).transform((input, context): Details => {
  const { postal_code: postalCode, purchase_order: purchaseOrder, tax_id: written, ...same } = input;
  // A number left over in the form from a company is not a person's.
  const number = input.kind === 'company' ? written : null;
  const taxId = number === null ? null : readTaxId(input.country, number);
  if (taxId === undefined) context.addIssue({ code: 'custom', path: ['tax_id'], message: misfit(input.country) });
  return { ...same, postalCode, purchaseOrder, taxId: taxId?.value ?? null, taxIdType: taxId?.type ?? null };
});

function misfit(country: string): string {
  const [usual] = taxIdKinds(country);
  return usual === undefined
    ? 'is not asked for in this country; please leave it empty'
    : `does not look like a ${usual.label} of this country, such as ${usual.example}`;
}
