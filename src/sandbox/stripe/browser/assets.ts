import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type Answer } from '../browser-port.js';

const here = join(import.meta.dirname, 'assets');
const TYPES: Readonly<Record<string, string>> = { '.css': 'text/css', '.js': 'text/javascript' };

/** In the order of their imports: each needs only what stands before it. */
const STRIPE_JS = [
  ...['api', 'line', 'events', 'challenge', 'intents', 'next-action', 'payment-element', 'elements', 'stripe'],
];

const read = (path: string): string => readFileSync(join(here, path), 'utf8');

/**
 * The real Stripe.js is one classic script with one global name. Ours is written as modules, so that each is checked with its
 * imports, and served as one: without its imports and exports, in a function of its own.
 */
function bundled(names: readonly string[]): string {
  const modules = names.map((name) =>
    read(`stripe-js/${name}.js`)
      .replaceAll(/^import [^;]*;$/gm, '')
      .replaceAll(/^export /gm, ''),
  );
  return `(() => {\n'use strict';\n${modules.join('\n')}})();\n`;
}

const HEADERS = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };

const file = (body: string, ending: string, headers = {}): Answer => ({
  status: 200,
  headers: { ...HEADERS, 'content-type': `${TYPES[ending]}; charset=utf-8`, ...headers },
  body,
});

const stripeJs = bundled(STRIPE_JS);

/** For pages of any origin, as `https://js.stripe.com/endive/stripe.js` is. */
export const stripeJsAnswer = (): Answer =>
  file(stripeJs, '.js', { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });

const PUBLIC = /^(stripe-js|frames|pages)\/[a-z-]+\.(js|css)$/;

/** What our own pages load, by its path under `/assets/`. */
export function assetAnswer(path: string): Answer | undefined {
  if (!PUBLIC.test(path)) return undefined;
  try {
    return file(read(path), extname(path), { 'cross-origin-resource-policy': 'same-origin' });
  } catch {
    return undefined;
  }
}
