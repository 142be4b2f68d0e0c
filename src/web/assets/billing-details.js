// @ts-check
// What a tax number is called, and how it looks, follows the country that is chosen.

const place = document.querySelector('[data-tax-ids]');
const country = document.querySelector('select[name=country]');

/** @type {Record<string, [label: string, example: string] | undefined>} */
const kinds = place instanceof HTMLElement ? JSON.parse(place.dataset['taxIds'] ?? '{}') : {};

country?.addEventListener('change', () => {
  const [label, example] = (country instanceof HTMLSelectElement && kinds[country.value]) || ['VAT or tax number', ''];
  const [name, hint] = [place?.querySelector('label'), place?.querySelector('.hint')];
  if (name) name.textContent = label;
  if (hint) hint.textContent = example === '' ? 'May stay empty.' : `Such as ${example}; may stay empty.`;
});
