import { type Objects } from '../objects.js';
import { newId, type Work } from '../work.js';

type TaxId = Objects['tax_id'];
type Verdict = 'verified' | 'unverified' | 'unavailable';

const verifiedKinds = ['eu_vat', 'gb_vat', 'au_abn'];
const takes = 5;

/** Adds a tax id. Stripe asks the authorities only about some kinds; their answer comes a few seconds later. */
export function addTaxId(work: Work, customer: string, type: TaxId['type'], value: string): TaxId {
  const checked = verifiedKinds.includes(type);
  const added = work.add('tax_id', {
    ...{
      id: newId('txi'),
      object: 'tax_id',
      country: value.match(/^[A-Z]{2}/)?.[0] ?? null,
      created: work.now,
      customer,
    },
    ...{
      customer_account: null,
      livemode: false,
      owner: { type: 'customer', customer, customer_account: null },
      type,
      value,
    },
    verification: { status: checked ? 'pending' : 'unavailable', verified_address: null, verified_name: null },
  });
  work.emit('customer.tax_id.created', added);
  if (checked) work.schedule('verify_tax_id', added.id, work.now + takes);
  return added;
}

/**
 * The authorities' answer, as Stripe's test values have it: digits `111111111…` are unverified, `222222222…` are not
 * answered (unavailable), `000000000…` and everything else are verified.
 */
export function verifyTaxId(work: Work, taxId: TaxId): void {
  const digits = taxId.value.replaceAll(/\D/g, '');
  if (digits.startsWith('111111111')) settleTaxId(work, taxId, 'unverified');
  else if (digits.startsWith('222222222')) settleTaxId(work, taxId, 'unavailable');
  else settleTaxId(work, taxId, 'verified');
}

export function settleTaxId(work: Work, taxId: TaxId, status: Verdict): void {
  const found = status === 'verified';
  const name = found ? (work.get('customer', taxId.customer!).name ?? null) : null;
  taxId.verification = { status, verified_address: null, verified_name: name };
  work.unschedule('verify_tax_id', taxId.id);
  work.emit('customer.tax_id.updated', taxId);
}
