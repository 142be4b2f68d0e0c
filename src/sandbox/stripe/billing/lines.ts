import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';
import { amountOf, type Item, type Subscription } from './items.js';

type Price = Objects['price'];
type Invoice = Objects['invoice'];
export type InvoiceItem = Objects['invoiceitem'];
export type Line = Invoice['lines']['data'][number];
type Period = Line['period'];

/** A whole period of an item, or the part of one that `amount` is for. */
export function itemLine(
  work: Work,
  item: Item,
  period: Period,
  amount = amountOf(item.price, item.quantity ?? 1),
): Line {
  const description = `${item.quantity} × ${productName(work, item.price)} (at ${money(item.price)} / ${item.price.recurring!.interval})`;
  const charged = { amount, period, description, price: item.price, quantity: item.quantity ?? 1 };
  const line = newLine(item.subscription, { ...charged, id: newId('il'), discountable: true });
  line.parent = subscriptionParent(item.subscription, item.id, null);
  return line;
}

/** The line of an amount that was put on the next invoice. */
export function lineOf(work: Work, source: InvoiceItem): Line {
  const price = work.get('price', source.pricing!.price_details!.price);
  const { amount, period, description, quantity, discountable, metadata } = source;
  const details = source.parent?.subscription_details;
  const line = newLine(details?.subscription ?? null, {
    id: newId('il'),
    amount,
    period,
    description,
    quantity,
    discountable,
    price,
  });
  line.metadata = metadata ?? {};
  line.parent = details?.subscription_item
    ? subscriptionParent(details.subscription, details.subscription_item, source)
    : {
        type: 'invoice_item_details',
        subscription_item_details: null,
        invoice_item_details: {
          invoice_item: source.id,
          proration: false,
          proration_details: null,
          subscription: null,
        },
      };
  return line;
}

type Charged = Pick<Line, 'id' | 'amount' | 'period' | 'description' | 'quantity' | 'discountable'> & { price: Price };

function newLine(subscription: string | null, { price, ...given }: Charged): Line {
  return {
    ...{
      object: 'line_item',
      currency: price.currency,
      discount_amounts: [],
      discounts: [],
      invoice: null,
      livemode: false,
    },
    ...{ metadata: {}, parent: null, pretax_credit_amounts: [], pricing: pricingOf(price), subscription, taxes: [] },
    ...{ quantity_decimal: given.quantity === null ? null : String(given.quantity), subtotal: given.amount, ...given },
  };
}

function subscriptionParent(subscription: string, item: string, source: InvoiceItem | null): Line['parent'] {
  const credited = source?.proration_details?.credited_items?.invoice_line_item_details ?? null;
  return {
    ...{ type: 'subscription_item_details', invoice_item_details: null },
    subscription_item_details: {
      ...{
        subscription,
        subscription_item: item,
        invoice_item: source?.id ?? null,
        proration: source?.proration ?? false,
      },
      proration_details: source ? { credited_items: credited } : null,
    },
  };
}

export const pricingOf = (price: Price) => ({
  ...{ type: 'price_details' as const, price_details: { price: price.id, product: price.product } },
  unit_amount_decimal: price.unit_amount_decimal,
});

/** An amount for the next invoice of a subscription, such as the rest of a period after a change. */
export function addInvoiceItem(
  work: Work,
  subscription: Subscription,
  item: string,
  charged: Omit<Charged, 'id'>,
): InvoiceItem {
  const { price, quantity, ...given } = charged;
  return work.add('invoiceitem', {
    ...{
      id: newId('ii'),
      object: 'invoiceitem',
      currency: price.currency,
      customer: subscription.customer,
      customer_account: null,
    },
    ...{
      date: work.now,
      discounts: [],
      invoice: null,
      livemode: false,
      metadata: {},
      pricing: pricingOf(price),
      proration: true,
    },
    ...{ quantity: quantity ?? 1, quantity_decimal: String(quantity ?? 1), tax_rates: [], ...given },
    test_clock: subscription.test_clock,
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id, subscription_item: item },
    },
    proration_details: { credited_items: null, discount_amounts: [] },
  });
}

export const productName = (work: Work, price: Price) => work.find('product', price.product)?.name ?? 'Product';

export function money({ currency, unit_amount }: Pick<Price, 'currency' | 'unit_amount'>): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format((unit_amount ?? 0) / 100);
}
