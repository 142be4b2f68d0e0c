import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const here = import.meta.dirname;
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** `/assets/NAME.HASH.EXT`: a changed file has a new address, so browsers may keep each for ever. */
  readonly path: string;
}

const assets = new Map<string, Asset>();

/** The style is one file for browsers and several for people, read in the order of their names. */
function load(): void {
  const styles = readdirSync(join(here, 'css')).filter((name) => name.endsWith('.css'));
  add('site.css', Buffer.concat(styles.toSorted().map((name) => readFileSync(join(here, 'css', name)))));
  for (const name of readdirSync(here))
    if (TYPES[extname(name)] !== undefined && !name.endsWith('.config.js')) add(name, readFileSync(join(here, name)));
}

function add(name: string, bytes: Buffer): void {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const [stem, ending] = [name.slice(0, -extname(name).length), extname(name)];
  assets.set(name, { type: TYPES[ending]!, bytes, path: `/assets/${stem}.${hash}${ending}` });
}

load();

/** The address of one of our files, for pages. */
export function assetPath(name: string): string {
  const asset = assets.get(name);
  if (asset === undefined) throw new Error(`there is no asset ${name}`);
  return asset.path;
}

/** What a browser asks for under `/assets/`, or undefined. */
export const assetAt = (path: string): Asset | undefined => [...assets.values()].find((asset) => asset.path === path);
