import { type Objects } from '../objects.js';
import { type Work } from '../work.js';

// A small, fixed table in place of Stripe Tax: one rate a country, reverse charge for businesses elsewhere in the EU.

type TaxRate = Objects['tax_rate'];
type Customer = Objects['customer'];
export type Taxability = 'standard_rated' | 'reverse_charge' | 'customer_exempt' | 'not_collecting';

const rates: Record<string, number> = {
  ...{
    AT: 20,
    BE: 21,
    BG: 20,
    CY: 19,
    CZ: 21,
    DE: 19,
    DK: 25,
    EE: 24,
    ES: 21,
    FI: 25.5,
    FR: 20,
    GR: 24,
    HR: 25,
    HU: 27,
  },
  ...{ IE: 23, IT: 22, LT: 21, LU: 17, LV: 21, MT: 18, NL: 21, PL: 23, PT: 23, RO: 21, SE: 25, SI: 22, SK: 23 },
};

export const registeredCountries = Object.keys(rates);

export interface AppliedRate {
  rate: TaxRate;
  reason: Taxability;
}

/** The rates that the customer's place, tax ids and status ask for. @returns undefined when the place is not known */
export function automaticRates(work: Work, customer: Customer, sellerCountry: string): AppliedRate[] | undefined {
  const country = customer.address?.country;
  if (!country) return undefined;
  const percentage = rates[country];
  if (percentage === undefined) return [];
  const reason = taxability(work, customer, country, sellerCountry);
  return [{ rate: countryRate(work, country, reason === 'standard_rated' ? percentage : 0, reason), reason }];
}

function taxability(work: Work, customer: Customer, country: string, sellerCountry: string): Taxability {
  if (customer.tax_exempt === 'exempt') return 'customer_exempt';
  if (customer.tax_exempt === 'reverse') return 'reverse_charge';
  return country !== sellerCountry && hasVerifiedVatId(work, customer) ? 'reverse_charge' : 'standard_rated';
}

function hasVerifiedVatId(work: Work, customer: Customer): boolean {
  const ids = work.all('tax_id').filter((taxId) => taxId.customer === customer.id && taxId.type === 'eu_vat');
  return ids.some((taxId) => taxId.verification?.status === 'verified');
}

/** Rates named by the caller; the customer's own status may still take them away. */
export function configuredRates(customer: Customer, named: readonly TaxRate[]): AppliedRate[] {
  if (customer.tax_exempt === 'exempt')
    return named.map((rate) => ({ rate: { ...rate, percentage: 0 }, reason: 'customer_exempt' }));
  if (customer.tax_exempt === 'reverse')
    return named.map((rate) => ({ rate: { ...rate, percentage: 0 }, reason: 'reverse_charge' }));
  return named.map((rate) => ({ rate, reason: 'standard_rated' }));
}

function countryRate(work: Work, country: string, percentage: number, reason: Taxability): TaxRate {
  const id = `txr_auto_${country}_${reason}`;
  return work.find('tax_rate', id) ?? work.add('tax_rate', newTaxRate(work.now, { id, country, percentage }));
}

export function newTaxRate(now: number, given: Pick<TaxRate, 'id' | 'percentage'> & Partial<TaxRate>): TaxRate {
  return {
    ...{ object: 'tax_rate', active: true, country: null, created: now, description: null, display_name: 'VAT' },
    ...{
      effective_percentage: given.percentage,
      flat_amount: null,
      inclusive: false,
      jurisdiction: given.country ?? null,
    },
    ...{
      jurisdiction_level: 'country',
      livemode: false,
      metadata: {},
      rate_type: 'percentage',
      state: null,
      tax_type: 'vat',
    },
    ...given,
  };
}
