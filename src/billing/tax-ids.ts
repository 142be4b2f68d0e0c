/**
 * Tax numbers by country, as Stripe names and writes them (docs.stripe.com/billing/customer/tax-ids). A number is compared
 * without spaces, dots, dashes and slashes and in capitals; `as` writes it as Stripe's table does. Whether it exists, Stripe
 * asks the country's register, some time later.
 */
export interface TaxIdKind {
  /** Stripe's name. */
  readonly type: string;
  /** What the number is called there. */
  readonly label: string;
  readonly example: string;
  readonly pattern: RegExp;
  readonly as: string;
}

export interface TaxId {
  readonly type: string;
  readonly value: string;
}

/** EU numbers begin with the country; people often leave that away. */
function europe(prefix: string, body: string, example: string): TaxIdKind {
  const pattern = new RegExp(`^(?:${prefix})?(${body})$`);
  return { ...{ type: 'eu_vat', label: 'VAT number', example: prefix + example }, pattern, as: `${prefix}$1` };
}

const kind = (type: string, label: string, example: string, pattern: RegExp, as = '$&'): TaxIdKind => ({
  ...{ type, label, example, pattern, as },
});

const FR = europe('FR', '[A-HJ-NP-Z0-9]{2}\\d{9}', 'AB123456789');

/** Of several kinds the one counts whose pattern fits; the first is the usual one. */
const KINDS: Record<string, readonly TaxIdKind[]> = {
  AT: [europe('AT', 'U\\d{8}', 'U12345678')],
  BE: [europe('BE', '[01]\\d{9}', '0123456789')],
  BG: [europe('BG', '\\d{9,10}', '0123456789')],
  CY: [europe('CY', '\\d{8}[A-Z]', '12345678Z')],
  CZ: [europe('CZ', '\\d{8,10}', '1234567890')],
  DE: [europe('DE', '\\d{9}', '123456789')],
  DK: [europe('DK', '\\d{8}', '12345678')],
  EE: [europe('EE', '\\d{9}', '123456789')],
  ES: [europe('ES', '[A-Z0-9]\\d{7}[A-Z0-9]', 'A1234567Z')],
  FI: [europe('FI', '\\d{8}', '12345678')],
  ...{ FR: [FR], MC: [FR] },
  GR: [europe('EL', '\\d{9}', '123456789')],
  HR: [europe('HR', '\\d{11}', '12345678912')],
  HU: [europe('HU', '\\d{8}', '12345678')],
  IE: [europe('IE', '\\d[A-Z0-9+*]\\d{5}[A-Z]{1,2}', '1234567AB')],
  IT: [europe('IT', '\\d{11}', '12345678912')],
  LT: [europe('LT', '\\d{9}|\\d{12}', '123456789123')],
  LU: [europe('LU', '\\d{8}', '12345678')],
  LV: [europe('LV', '\\d{11}', '12345678912')],
  MT: [europe('MT', '\\d{8}', '12345678')],
  NL: [europe('NL', '\\d{9}B\\d{2}', '123456789B12')],
  PL: [europe('PL', '\\d{10}', '1234567890')],
  PT: [europe('PT', '\\d{9}', '123456789')],
  RO: [europe('RO', '\\d{2,10}', '1234567891')],
  SE: [europe('SE', '\\d{12}', '123456789123')],
  SI: [europe('SI', '\\d{8}', '12345678')],
  SK: [europe('SK', '\\d{10}', '1234567891')],

  AE: [kind('ae_trn', 'Tax registration number', '123456789012345', /^\d{15}$/)],
  AR: [kind('ar_cuit', 'CUIT', '20-12345678-9', /^(\d{2})(\d{8})(\d)$/, '$1-$2-$3')],
  AU: [kind('au_abn', 'ABN', '12345678912', /^\d{11}$/)],
  BR: [
    kind('br_cnpj', 'CNPJ', '01.234.456/5432-10', /^(\w{2})(\w{3})(\w{3})(\w{4})(\d{2})$/, '$1.$2.$3/$4-$5'),
    kind('br_cpf', 'CPF', '123.456.789-87', /^(\d{3})(\d{3})(\d{3})(\d{2})$/, '$1.$2.$3-$4'),
  ],
  CA: [
    kind('ca_gst_hst', 'GST/HST number', '123456789RT0002', /^\d{9}RT\d{4}$/),
    kind('ca_bn', 'business number', '123456789', /^\d{9}$/),
    kind('ca_qst', 'QST number', '1234567890TQ1234', /^\d{10}TQ\d{4}$/),
  ],
  CH: [
    kind(
      ...(['ch_vat', 'VAT number (MWST, TVA, IVA)', 'CHE-123.456.789 MWST'] as const),
      /^(?:CHE)?(\d{3})(\d{3})(\d{3})(?:MWST|TVA|IVA)?$/,
      'CHE-$1.$2.$3 MWST',
    ),
  ],
  CL: [kind('cl_tin', 'RUT', '12.345.678-K', /^(\d{1,2})(\d{3})(\d{3})([\dK])$/, '$1.$2.$3-$4')],
  GB: [
    kind('gb_vat', 'VAT number', 'GB123456789', /^(?:GB)?(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/, 'GB$1'),
    kind('eu_vat', 'VAT number (Northern Ireland)', 'XI123456789', /^XI(?:\d{9}|\d{12})$/),
  ],
  HK: [kind('hk_br', 'business registration number', '12345678', /^\d{8}$/)],
  IL: [kind('il_vat', 'VAT number', '000012345', /^\d{9}$/)],
  IN: [kind('in_gst', 'GSTIN', '12ABCDE3456FGZH', /^\d{2}[A-Z0-9]{13}$/)],
  IS: [kind('is_vat', 'VAT number', '123456', /^(?:IS)?(\d{5,6})$/, '$1')],
  JP: [
    kind('jp_trn', 'registration number', 'T1234567891234', /^T\d{13}$/),
    kind('jp_cn', 'corporate number', '1234567891234', /^\d{13}$/),
  ],
  KR: [kind('kr_brn', 'business registration number', '123-45-67890', /^(\d{3})(\d{2})(\d{5})$/, '$1-$2-$3')],
  LI: [kind('li_vat', 'VAT number', '12345', /^\d{5}$/)],
  MX: [kind('mx_rfc', 'RFC', 'ABC010203AB9', /^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$/)],
  NO: [kind('no_vat', 'VAT number', '123456789MVA', /^(?:NO)?(\d{9})(?:MVA)?$/, '$1MVA')],
  NZ: [kind('nz_gst', 'GST number', '123456789', /^\d{8,9}$/)],
  SA: [kind('sa_vat', 'VAT number', '123456789012345', /^\d{15}$/)],
  SG: [
    kind('sg_gst', 'GST number', 'M12345678X', /^[A-Z]\w{8}[A-Z]$/),
    kind('sg_uen', 'UEN', '123456789F', /^\d{8,9}[A-Z]$/),
  ],
  TH: [kind('th_vat', 'VAT number', '1234567891234', /^\d{13}$/)],
  TR: [kind('tr_tin', 'tax identification number', '0123456789', /^\d{10}$/)],
  TW: [kind('tw_vat', 'VAT number', '12345678', /^\d{8}$/)],
  UA: [kind('ua_vat', 'VAT number', '123456789', /^\d{9,12}$/)],
  US: [kind('us_ein', 'EIN', '12-3456789', /^(\d{2})(\d{7})$/, '$1-$2')],
  ZA: [kind('za_vat', 'VAT number', '4123456789', /^4\d{9}$/)],
};

/** The kinds of numbers that companies of a country have; empty where none is asked for. */
export const taxIdKinds = (country: string): readonly TaxIdKind[] => KINDS[country] ?? [];

/** As Stripe wants it; undefined for what does not look like a number of that country. */
export function readTaxId(country: string, typed: string): TaxId | undefined {
  const compact = typed.toUpperCase().replace(/[\s./-]/g, '');
  const fitting = taxIdKinds(country).find(({ pattern }) => pattern.test(compact));
  return fitting && { type: fitting.type, value: compact.replace(fitting.pattern, fitting.as) };
}
