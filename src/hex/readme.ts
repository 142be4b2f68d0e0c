import { type TarEntry } from './tar-reader.js';

/** A text that introduces a package. */
export interface ReadmeFile {
  readonly path: string;
  readonly text: string;
}

/** More than people read; what is longer is left to the package's files. */
export const MAX_README_BYTES = 512 * 1024;

// The first is what authors mean to be shown where there are several.
const ENDINGS = ['.md', '.markdown', '', '.txt', '.rst', '.adoc', '.org'];

/** How good a readme a file of the contents would be by its name, 0 the best; null: it is none. Only the root counts. */
export function readmeRank(path: string): number | null {
  const match = /^readme(\.[a-z]+)?$/i.exec(path);
  const rank = match === null ? -1 : ENDINGS.indexOf((match[1] ?? '').toLowerCase());
  return rank < 0 ? null : rank;
}

/** The text of a readme; undefined for one that is too long or no text in UTF-8. */
export async function readReadme({ path, size, body }: TarEntry): Promise<ReadmeFile | undefined> {
  if (size > MAX_README_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body()) chunks.push(chunk);
  const text = decode(Buffer.concat(chunks));
  return text === null || text.trim() === '' ? undefined : { path, text };
}

/** A NUL is no part of a text, and no row could hold it. */
function decode(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
