// @ts-check
// The site's `appearance`, as far as this stand-in follows it: the light, and the main colours and measures.

/** @import { Appearance } from '@stripe/stripe-js' */

const VARIABLES = /** @type {const} */ ({
  ...{ colorPrimary: '--primary', colorBackground: '--surface', colorText: '--text', colorTextSecondary: '--quiet' },
  ...{ colorTextPlaceholder: '--placeholder', colorDanger: '--bad', borderRadius: '--round' },
  ...{ fontFamily: '--font', fontSizeBase: '--size', spacingUnit: '--unit' },
});

/** @param {Appearance} [appearance] */
export function showAppearance({ theme = 'stripe', variables = {} } = {}) {
  const { style, dataset } = document.documentElement;
  dataset['theme'] = theme;
  for (const [name, property] of Object.entries(VARIABLES)) {
    const value = /** @type {Record<string, string | undefined>} */ (variables)[name];
    if (value === undefined) style.removeProperty(property);
    else style.setProperty(property, value);
  }
}
