const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Codes that have a name and are no country: unions, outlying waters, made-up ones. */
const NO_COUNTRIES = new Set(['AQ', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'ZZ']);

/** A code that has become another one (DD is DE now) is not what it stands for. */
const isCurrent = (code: string): boolean => new Intl.Locale(`und-${code}`).region === code;

export interface Country {
  readonly code: string;
  readonly name: string;
}

/** All there are, by name. */
export const countries: readonly Country[] = letters
  .flatMap((first) => letters.map((second) => first + second))
  .filter((code) => !NO_COUNTRIES.has(code) && isCurrent(code))
  .flatMap((code) => ({ code, name: names.of(code) ?? '' }))
  .filter(({ name }) => name !== '')
  .toSorted((a, b) => a.name.localeCompare(b.name));
