import { describe, expect, test } from 'vitest';
import { countries, countryName } from './countries.js';
import { DetailsSchema } from './details-schema.js';
import { readTaxId, taxIdKinds } from './tax-ids.js';

const company = { kind: 'company', name: 'Wabe GmbH', email: 'bills@wabe.example', line1: 'Imkerweg 3', city: 'Jena' };

const problemsOf = (typed: object): Record<string, string> =>
  Object.fromEntries(
    DetailsSchema.safeParse(typed).error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [],
  );

describe('billing details', () => {
  test('a company, with what nobody typed as null', () => {
    const typed = { ...company, country: 'de', postal_code: ' 07743 ', tax_id: '123 456 789', state: '' };
    expect(DetailsSchema.parse(typed)).toEqual({
      ...{ ...company, country: 'DE', postalCode: '07743', line2: null, state: null, purchaseOrder: null },
      ...{ taxId: 'DE123456789', taxIdType: 'eu_vat' },
    });
  });

  test('of a person the country is enough, and a number left over from a company is not taken along', () => {
    const typed = { kind: 'person', name: 'Ada', email: 'ada@example.org', country: 'SE', tax_id: 'SE1' };
    expect(DetailsSchema.parse(typed)).toMatchObject({ line1: null, taxId: null, taxIdType: null });
  });

  test('what is missing or wrong is said field by field', () => {
    expect(problemsOf({ kind: 'firm', name: ' ', email: 'x', country: 'ZZ', purchase_order: 'a\nb' })).toEqual({
      ...{ kind: 'must be person or company', name: "can't be blank", email: 'is not an e-mail address' },
      ...{ country: 'is not a country', purchase_order: 'has characters that cannot be printed' },
    });
    expect(problemsOf({ ...company, line1: null, city: '', country: 'AT' })).toEqual({
      ...{ line1: "can't be blank", city: "can't be blank" },
    });
    expect(problemsOf({ ...company, country: 'AT', tax_id: '12' })).toEqual({
      tax_id: 'does not look like a VAT number of this country, such as ATU12345678',
    });
    expect(problemsOf({ ...company, country: 'AQ', tax_id: '12' })).toEqual({
      tax_id: 'is not asked for in this country; please leave it empty',
    });
  });
});

describe('tax numbers', () => {
  test.each([
    ['GR', '123 456 789', 'eu_vat', 'EL123456789'],
    ['NL', 'nl123456789b12', 'eu_vat', 'NL123456789B12'],
    ['LT', '123456789', 'eu_vat', 'LT123456789'],
    ['MC', 'fr ab 123456789', 'eu_vat', 'FRAB123456789'],
    ['CH', 'che-123.456.789', 'ch_vat', 'CHE-123.456.789 MWST'],
    ['NO', '123456789', 'no_vat', '123456789MVA'],
    ['GB', 'XI 123456789', 'eu_vat', 'XI123456789'],
    ['GB', '123 4567 89', 'gb_vat', 'GB123456789'],
    ['US', '123456789', 'us_ein', '12-3456789'],
    ['CA', '123456789', 'ca_bn', '123456789'],
    ['BR', '12345678987', 'br_cpf', '123.456.789-87'],
  ])('%s: %s', (country, typed, type, value) => {
    expect(readTaxId(country, typed)).toEqual({ type, value });
  });

  test('each kind takes its own example, and writes it as it stands', () => {
    for (const { code } of countries)
      for (const { type, example } of taxIdKinds(code))
        expect(readTaxId(code, example)).toEqual({ type, value: example });
  });

  test('a number of another country is none', () => {
    expect(readTaxId('DE', 'ATU12345678')).toBeUndefined();
    expect(readTaxId('AQ', '1')).toBeUndefined();
  });
});

test('countries have their names, in order', () => {
  expect(countries).toHaveLength(250);
  expect(countryName('DE')).toBe('Germany');
  expect(countryName('??')).toBe('??');
  expect(countries.every(({ code, name }) => name !== code)).toBe(true);
  expect(countries[0]?.name).toBe('Afghanistan');
});
