import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AMOUNTS, type DeliveryData, type Wanted } from './delivery-data.js';

/** Different requests of a kind. */
export const LINES = 4000;

export type Kind = '2 kB index' | '304' | '50 kB tarball' | '1 MB tarball' | 'mix';
export const KINDS: readonly Kind[] = ['2 kB index', '304', '50 kB tarball', '1 MB tarball', 'mix'];

const written = new Set<string>();

/**
 * The file with the requests of a kind, a few thousand of them, by many keys; the same ones for every server, but for its ETags: nginx
 * makes them of time and size, everybody else here is given checksums.
 */
export function requestsOf(kind: Kind, data: DeliveryData, directory: string, etags: 'checksum' | 'nginx'): string {
  const file = join(directory, `requests-${kind}-${etags}`.replaceAll(' ', '-'));
  if (written.has(file)) return file;
  written.add(file);
  const etag = (wanted: Wanted) => (etags === 'nginx' ? nginxEtag(data.root, wanted) : wanted.etag);
  const lines = linesOf(kind, data, etag);
  const keyed = shuffled(lines).map((line, at) => line.replace('KEY', data.keys[at % data.keys.length]!));
  writeFileSync(file, `${keyed.join('\n')}\n`);
  return file;
}

function linesOf(kind: Kind, { index, tarball, large }: DeliveryData, etag: (wanted: Wanted) => string): string[] {
  const plain = (from: readonly Wanted[], many: number) => pick(from, many).map((one) => `${one.path} KEY -`);
  const known = (from: readonly Wanted[], many: number) =>
    pick(from, many).map((one) => `${one.path} KEY ${etag(one)}`);
  switch (kind) {
    case '2 kB index':
      return plain(index, LINES);
    case '304':
      return known(index, LINES);
    case '50 kB tarball':
      return plain(tarball.slice(0, AMOUNTS.tarballs), AMOUNTS.tarballs);
    case '1 MB tarball':
      return plain(large, large.length);
    case 'mix':
      // Mostly questions whether something is new, then indexes, then what is to be installed.
      return [
        ...known(index, 1800),
        ...plain(index, 1200),
        ...plain(tarball.slice(0, AMOUNTS.tarballs), 990),
        ...plain(large, 10),
      ];
  }
}

/** Evenly from the whole list, the same in every run. */
const pick = (from: readonly Wanted[], many: number): Wanted[] =>
  Array.from({ length: many }, (_, at) => from[Math.floor((at * from.length) / many)]!);

function shuffled<T>(list: readonly T[]): T[] {
  let seed = 42;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  return list
    .map((value) => [random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}

function nginxEtag(root: string, { path }: Wanted): string {
  const { mtimeMs, size } = statSync(join(root, path));
  return `"${Math.floor(mtimeMs / 1000).toString(16)}-${size.toString(16)}"`;
}
