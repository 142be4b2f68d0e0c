import { type Quote } from '../../billing/gateway.js';
import { type Operation, operationKinds } from '../../billing/operation.entity.js';
import { plans } from '../../billing/plans.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { paths } from '../../platform/paths.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull, Time, Url } from './time.js';
import { z } from 'zod';

export const QuoteShape = z
  .strictObject({
    currency: z.string(),
    subtotal: z.int(),
    tax: z.int(),
    total: z.int(),
    amount_due: z.int(),
    lines: z.array(z.strictObject({ text: z.string(), amount: z.int() })),
    at: Time,
  })
  .meta({ id: 'Quote' });
/** Of which kind it is decides what else it says. */
export const OperationShape = z
  .strictObject({
    id: z.string(),
    kind: z.enum(operationKinds),
    state: z.enum(['drafted', 'asked', 'unclear', 'done', 'refused']),
    plan: z.enum(plans).optional(),
    unit_amount: z.int().optional(),
    currency: z.string().optional(),
    seats: z.int().optional(),
    high_water: z.int().optional(),
    code: z.string().nullish(),
    at: Time.nullish(),
    undo: z.boolean().optional(),
    invoice: z.string().optional(),
    quote: QuoteShape.nullish(),
    problem: z
      .strictObject({
        code: z.string().nullable(),
        decline_code: z.string().nullable(),
        message: z.string().nullable(),
      })
      .nullable(),
    actor: z.string(),
    inserted_at: Time,
    settled_at: Time.nullable(),
    url: Url,
  })
  .meta({ id: 'BillingChange' });

/** Something that was, or is to be, asked of Stripe: what, for how much, and what became of it. */
export function operationView(urls: Urls, { name }: Organization, operation: Operation) {
  const { id, kind, state, actorName, createdAt, settledAt } = operation;
  return {
    ...{ id, kind, state, ...wishes(operation), problem: problem(operation), actor: actorName },
    ...{ inserted_at: iso(createdAt), settled_at: isoOrNull(settledAt) },
    url: urls.page(state === 'drafted' ? paths.billingChange(name, id) : paths.billing(name)),
  };
}

/** As the drafts of `Checkout`, `SeatOrders` and `PlanSwitches` keep them; the others have no price. */
interface Wishes {
  readonly plan?: string;
  readonly price?: { readonly plan: string; readonly currency: string; readonly unitAmount: number };
  readonly seats?: number;
  readonly free?: number;
  readonly code?: string | null;
  readonly at?: string | null;
  readonly undo?: boolean;
  readonly quote?: Quote | null;
  readonly invoice?: string;
}

function wishes({ kind, params }: Operation): object {
  const { plan, price, seats, free, code, at, undo, quote, invoice }: Wishes = params;
  const cost = { quote: quote ? quoteView(quote) : null };
  const priced = { plan: price?.plan ?? plan, unit_amount: price?.unitAmount, currency: price?.currency };
  switch (kind) {
    case 'subscribe':
      return { ...priced, seats, code: code ?? null, ...cost };
    case 'seats':
      return { seats, high_water: free, ...cost };
    case 'plan':
      return { ...priced, seats, at: at ? iso(new Date(at)) : null, undo: undo === true, ...cost };
    case 'pay':
      return { invoice };
    case 'discount':
      return { code };
    default:
      return {};
  }
}

const quoteView = ({ prorationDate, currency, subtotal, tax, total, amountDue, lines }: Quote) => ({
  ...{ currency, subtotal, tax, total, amount_due: amountDue },
  lines: lines.map(({ text, amount }) => ({ text, amount })),
  at: iso(new Date(prorationDate * 1000)),
});

/** Why it was refused, or what is known of one whose outcome is not clear. */
function problem({ state, outcome }: Operation) {
  if (state !== 'refused' && state !== 'unclear') return null;
  const { code = null, declineCode = null, message = null } = outcome ?? {};
  return { code, decline_code: declineCode, message };
}
