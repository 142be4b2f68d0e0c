import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

/** A file to be read, and what to call it when something is wrong with it. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Why a source cannot be read, in words for the operator. */
export class SourceProblem extends Error {
  override readonly name = 'SourceProblem';
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const MAX_FILES = 100_000;
const FETCH_MS = 60_000;

export const isWebSource = (source: string): boolean => /^https?:\/\//.test(source);

/** The OSV files of a folder (with its folders), of a .zip, or behind an address; or the one that it is. */
export function readSource(source: string): Promise<SourceFile[]> {
  return isWebSource(source) ? readWeb(source) : readPath(source);
}

async function readPath(path: string): Promise<SourceFile[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new SourceProblem(`${path}: there is no such file or folder`);
  if (!found.isDirectory()) return filesOf(path, await bounded(path, found.size));
  const names = (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
  if (names.length > MAX_FILES) throw new SourceProblem(`${path}: has more than ${MAX_FILES} files`);
  const files: SourceFile[] = [];
  for (const name of names) {
    const file = join(path, name);
    const { size } = await stat(file);
    files.push(textOf(file, await bounded(file, size)));
  }
  return files;
}

async function bounded(path: string, size: number): Promise<Uint8Array> {
  const most = path.endsWith('.zip') ? MAX_ARCHIVE_BYTES : MAX_FILE_BYTES;
  if (size > most) throw new SourceProblem(`${path}: is larger than ${most} bytes`);
  return readFile(path);
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

const filesOf = (name: string, bytes: Uint8Array): SourceFile[] =>
  isZip(bytes) ? unzipped(name, bytes) : [textOf(name, bytes)];

const textOf = (name: string, bytes: Uint8Array): SourceFile => ({ name, text: new TextDecoder().decode(bytes) });

/** What an entry says of its size is checked before it is unpacked, and what came of it afterwards. */
function unzipped(name: string, bytes: Uint8Array): SourceFile[] {
  let [total, count] = [0, 0];
  try {
    const entries = unzipSync(bytes, {
      filter: (entry) => {
        if (!entry.name.endsWith('.json')) return false;
        [total, count] = [total + entry.originalSize, count + 1];
        if (entry.originalSize > MAX_FILE_BYTES || total > MAX_TOTAL_BYTES || count > MAX_FILES)
          throw new SourceProblem(`${name}: unpacks to more than is allowed`);
        return true;
      },
    });
    return Object.entries(entries).map(([entry, content]) => textOf(`${name}/${entry}`, content));
  } catch (error) {
    throw error instanceof SourceProblem ? error : new SourceProblem(`${name}: is no readable zip archive`);
  }
}

async function readWeb(url: string): Promise<SourceFile[]> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS), headers: { accept: '*/*' } });
    if (!response.ok) throw new SourceProblem(`${url}: answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += (chunk as Uint8Array).length;
      if (size > MAX_ARCHIVE_BYTES) throw new SourceProblem(`${url}: is larger than ${MAX_ARCHIVE_BYTES} bytes`);
      chunks.push(chunk);
    }
    return filesOf(url, Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof SourceProblem) throw error;
    throw new SourceProblem(`${url}: cannot be fetched (${error instanceof Error ? error.message : 'unknown reason'})`);
  }
}
