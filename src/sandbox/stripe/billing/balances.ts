import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';

type Entry = Objects['customer_balance_transaction'];

/** Changes what the customer has here (negative) or owes (positive), with an entry that says why. */
export function moveBalance(
  work: Work,
  customerId: string,
  amount: number,
  why: Pick<Entry, 'type'> & Partial<Entry>,
): Entry | undefined {
  if (!amount) return undefined;
  const customer = work.get('customer', customerId);
  customer.balance += amount;
  work.emit('customer.updated', customer);
  return work.add('customer_balance_transaction', {
    ...{
      id: newId('cbtxn'),
      object: 'customer_balance_transaction',
      amount,
      checkout_session: null,
      created: work.now,
    },
    ...{ credit_note: null, currency: customer.currency ?? 'usd', customer: customer.id, customer_account: null },
    ...{ description: null, ending_balance: customer.balance, invoice: null, livemode: false, metadata: {}, ...why },
  });
}
