import { type Customer } from '../../billing/customer.entity.js';
import { countries } from '../../billing/countries.js';
import { taxIdKinds } from '../../billing/tax-ids.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Choices, Field, Form, Select, Submit } from '../components/form.js';
import { type Html } from '../http/answers.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { TaxIdBadge } from './account-cards.js';
import { billingPage } from './billing-page.js';

/** As it stands above its field. */
function taxLabel(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}

export interface DetailsProps {
  readonly customer: Customer | null;
  readonly form: FormState;
  /** More than one: the choice is made once, with the first details. */
  readonly currencies: readonly string[];
}

type Part = Pick<DetailsProps, 'customer' | 'form'>;

const KINDS = [
  { value: 'company', label: 'A company or another organization' },
  { value: 'person', label: 'A private person' },
];

export function detailsPage(visitor: Visitor, sight: Sight, props: DetailsProps): Html {
  const { customer, form, currencies } = props;
  return billingPage(visitor, sight, {
    title: 'Billing details',
    lead: 'Who the invoices are made out to, and where they go.',
    scripts: ['billing-details.js'],
    children: (
      <Card>
        <Form action={paths.billingDetails(sight.organization.name)} form={form}>
          <Choices
            {...{ form, name: 'kind', label: 'Who pays?', type: 'radio', options: KINDS }}
            chosen={[customer?.kind ?? 'company']}
          />
          <Field
            {...{ form, name: 'name', label: 'Name', value: customer?.name, required: true, maxLength: 150 }}
            autocomplete="billing name"
          />
          <Field
            {...{ form, name: 'email', label: 'E-mail for invoices', type: 'email', required: true, maxLength: 254 }}
            value={customer?.email ?? sight.organization.contactEmail ?? ''}
          />
          <Address customer={customer} form={form} />
          <div class="for-companies" data-tax-ids={JSON.stringify(TAX_IDS)}>
            <TaxId customer={customer} form={form} />
          </div>
          <Field
            {...{ form, name: 'purchase_order', label: 'Purchase order', maxLength: 140 }}
            value={customer?.purchaseOrder ?? ''}
            hint="Printed on every invoice, if your bookkeeping asks for one."
          />
          {customer === null && currencies.length > 1 && <Currency form={form} currencies={currencies} />}
          <Submit>Save details</Submit>
        </Form>
      </Card>
    ),
  });
}

const EMPTY = { country: 'US', line1: null, line2: null, city: null, state: null, postalCode: null };

function Address({ customer, form }: Part) {
  const { country, line1, line2, city, state, postalCode } = customer ?? EMPTY;
  const options = countries.map(({ code, name }) => ({ value: code, label: name }));
  return (
    <>
      <Field
        {...{ form, name: 'line1', label: 'Address', value: line1 ?? '', maxLength: 200 }}
        autocomplete="billing address-line1"
      />
      <Field
        {...{ form, name: 'line2', label: 'Address, second line', value: line2 ?? '', maxLength: 200 }}
        autocomplete="billing address-line2"
      />
      <div class="field-pair">
        <Field
          {...{ form, name: 'postal_code', label: 'Postal code', value: postalCode ?? '', maxLength: 20 }}
          autocomplete="billing postal-code"
        />
        <Field
          {...{ form, name: 'city', label: 'City', value: city ?? '', maxLength: 100 }}
          autocomplete="billing address-level2"
        />
      </div>
      <div class="field-pair">
        <Field
          {...{ form, name: 'state', label: 'State or region', value: state ?? '', maxLength: 100 }}
          autocomplete="billing address-level1"
        />
        <Select {...{ form, name: 'country', label: 'Country', value: country, options }} />
      </div>
    </>
  );
}

/** For the script, which follows the chosen country: what its usual number is called, and one as it is written. */
const TAX_IDS = Object.fromEntries(
  countries.flatMap(({ code }) =>
    taxIdKinds(code)
      .slice(0, 1)
      .map(({ label, example }) => [code, [taxLabel(label), example]]),
  ),
);

const NEXT_STEP: Record<string, string> = {
  unverified:
    'The register does not know this number under this name and address. Please correct one of them; until then tax may be added to invoices.',
  pending: 'The register is being asked; that takes from seconds to some hours.',
  unavailable: 'The register of this country cannot be asked. The number is printed on invoices as it is.',
};

function TaxId({ customer, form }: Part) {
  const country = typeof form.values['country'] === 'string' ? form.values['country'] : customer?.country;
  const [usual] = country === undefined ? [] : taxIdKinds(country);
  const status = customer?.taxId == null ? null : (customer.taxIdStatus ?? 'pending');
  return (
    <>
      <Field
        {...{ form, name: 'tax_id', label: usual === undefined ? 'VAT or tax number' : taxLabel(usual.label) }}
        {...{ value: customer?.taxId ?? '', mono: true, maxLength: 40 }}
        autocomplete="off"
        hint={
          usual === undefined
            ? 'As your country writes it; may stay empty.'
            : `Such as ${usual.example}; may stay empty.`
        }
      />
      {status !== null && (
        <p class="small">
          <TaxIdBadge status={status} /> <span class="quiet">{NEXT_STEP[status] ?? ''}</span>
        </p>
      )}
    </>
  );
}

function Currency({ form, currencies }: { form: FormState; currencies: readonly string[] }) {
  const names = new Intl.DisplayNames('en', { type: 'currency' });
  const options = currencies.map((code) => ({
    value: code,
    label: `${names.of(code.toUpperCase())} (${code.toUpperCase()})`,
  }));
  return (
    <Select
      {...{ form, name: 'currency', label: 'Currency', options, value: currencies[0] }}
      hint="For all invoices. It cannot be changed later."
    />
  );
}
