import { intentOf } from '../billing/payments-of.js';
import { type Objects } from '../objects.js';
import { type RecordKind } from '../records.js';
import { type Work } from '../work.js';
import { listOf } from './lists.js';
import { invalid } from './problem.js';

// `expand[]=latest_invoice.confirmation_secret`: ids become the objects they name, and what is left out by default is added.

type Plain = Record<string, unknown>;

const deepest = 4;

export function expand(work: Work, answer: unknown, paths: readonly string[]): unknown {
  const copy = structuredClone(answer);
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.filter((step) => step !== 'data').length > deepest)
      throw invalid(`You cannot expand more than ${deepest} levels of a property.`);
    open(work, copy as Plain, steps, path);
  }
  return copy;
}

function open(work: Work, holder: Plain, [step, ...rest]: string[], path: string): void {
  if (step === undefined) return;
  if (!(step in holder) && !includable(holder, step))
    throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand[0]' });
  holder[step] = resolve(work, holder, step, path, rest.length === 0);
  for (const child of [holder[step]].flat()) if (isPlain(child)) open(work, child, rest, path);
}

function resolve(work: Work, holder: Plain, step: string, path: string, last: boolean): unknown {
  const value = holder[step];
  const added = includable(holder, step);
  if (added) return added(work, holder as never);
  if (typeof value === 'string') return objectOf(work, value, step) ?? refuse(path);
  if (Array.isArray(value))
    return value.map((each) =>
      typeof each === 'string' ? (objectOf(work, each, step) ?? refuse(path)) : (each as unknown),
    );
  return last && value !== null && !(isPlain(value) && ('id' in value || 'object' in value)) ? refuse(path) : value;
}

function refuse(path: string): never {
  throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand[0]' });
}

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null;

const kinds: Record<string, RecordKind> = {
  ...{
    cus: 'customer',
    sub: 'subscription',
    in: 'invoice',
    pi: 'payment_intent',
    seti: 'setup_intent',
    pm: 'payment_method',
  },
  ...{
    ch: 'charge',
    price: 'price',
    prod: 'product',
    di: 'discount',
    promo: 'promotion_code',
    txr: 'tax_rate',
    txi: 'tax_id',
  },
  ...{
    re: 'refund',
    dp: 'dispute',
    cn: 'credit_note',
    inpay: 'invoice_payment',
    ii: 'invoiceitem',
    cbtxn: 'customer_balance_transaction',
  },
};

function objectOf(work: Work, id: string, property: string): unknown {
  if (property === 'coupon') return work.find('coupon', id);
  const kind = id.startsWith('sub_sched_') ? 'subscription_schedule' : kinds[id.slice(0, id.indexOf('_'))];
  return kind && structuredClone(work.find(kind, id) ?? work.find('deleted', id));
}

type Includes = { [K in keyof Objects]?: Record<string, (work: Work, object: Objects[K]) => unknown> };

const includes: Includes = {
  invoice: {
    confirmation_secret: (work, { id, status }) => {
      const intent = intentOf(work, id);
      return status === 'open' && intent ? { type: 'payment_intent', client_secret: intent.client_secret } : null;
    },
    payments: (work, { id }) =>
      rowsOf(work, 'invoice_payment', ({ invoice }) => invoice === id, `/v1/invoice_payments?invoice=${id}`),
  },
  customer: {
    subscriptions: (work, { id }) => {
      const lives = (row: Objects['subscription']) =>
        row.customer === id && !['canceled', 'incomplete_expired'].includes(row.status);
      return rowsOf(work, 'subscription', lives, `/v1/customers/${id}/subscriptions`);
    },
    tax_ids: (work, { id }) => rowsOf(work, 'tax_id', ({ customer }) => customer === id, `/v1/customers/${id}/tax_ids`),
  },
  charge: {
    refunds: (work, { id }) => rowsOf(work, 'refund', ({ charge }) => charge === id, `/v1/charges/${id}/refunds`),
  },
};

function rowsOf<K extends keyof Objects>(work: Work, kind: K, filter: (row: Objects[K]) => boolean, url: string) {
  return structuredClone(listOf([...work.all(kind)].filter(filter).reverse(), url));
}

function includable(holder: Plain, property: string) {
  return includes[holder.object as keyof Includes]?.[property] as ((work: Work, object: never) => unknown) | undefined;
}
