import { duplicateFile, pathsTooLong, pathTooLong, unsafePath, unsafeSymlink } from './tar-faults.js';
import { type TarEntry } from './tar-reader.js';
import { type TarballLimits } from './tarball-limits.js';

export type PathLimits = Pick<TarballLimits, 'path' | 'paths' | 'depth'>;

/**
 * Decides whether an archive can be unpacked by anybody without leaving its directory, on systems with any idea of
 * letter case. No link is ever followed here, so loops of them are harmless.
 *
 * - Paths are relative, of names joined by `/`. `.` and doubled slashes are dropped, as clients do; `..`, backslashes,
 *   drive letters and control characters are refused.
 * - Two entries with one path are refused, except directories. Paths that differ only in case are two files: they are
 *   common and do no harm where the file system keeps them apart.
 * - No entry lies under a file or a symlink of the archive, before or after it, in any letter case: writing through a
 *   link is how archives escape.
 * - A symlink's target may climb with leading `..` up to the root of the archive. A `..` behind a name is refused since
 *   that name can be a link itself, and then the text does not tell where the target lies.
 */
export class TarballPaths {
  private bytes = 0;
  private readonly exact = new Map<string, TarEntry['type']>();
  private readonly folded = new Map<string, TarEntry['type']>();

  constructor(
    private readonly archive: string,
    private readonly limits: PathLimits,
  ) {}

  /** Returns the path in its plain form. */
  add(entry: TarEntry): string {
    this.checkLength(entry.path);
    const path = this.plain(entry);
    const known = this.exact.get(path);
    if (known && !(known === 'directory' && entry.type === 'directory')) throw duplicateFile(this.archive, path);
    if (entry.type === 'symlink') this.checkTarget(path, entry.linkTarget);
    this.checkAncestors(path);
    this.exact.set(path, entry.type);
    this.remember(path, entry.type);
    return path;
  }

  /** Once all entries are known: finds those that came before the file or link they lie under. */
  finish(): void {
    for (const path of this.exact.keys()) this.checkAncestors(path);
  }

  private plain({ path, type }: TarEntry): string {
    const refuse = (why: string) => unsafePath(this.archive, path, why);
    if (/\p{Cc}/u.test(path)) throw refuse('control character');
    if (path.startsWith('/') || /^[a-z]:/i.test(path)) throw refuse('absolute path');
    if (path.includes('\\')) throw refuse('backslash');
    if (type !== 'directory' && path.endsWith('/')) throw refuse('a file cannot end with a slash');
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (names.includes('..')) throw refuse('it leaves its directory');
    if (names.length === 0) throw refuse('empty path');
    if (names.length > this.limits.depth) throw refuse(`more than ${this.limits.depth} directories deep`);
    return names.join('/');
  }

  private checkTarget(path: string, target: string): void {
    const refuse = (why: string) => unsafeSymlink(this.archive, path, target, why);
    if (target === '' || Buffer.byteLength(target) > this.limits.path) throw refuse('empty or too long');
    if (/\p{Cc}/u.test(target)) throw refuse('control character');
    if (target.startsWith('/') || /^[a-z]:/i.test(target) || target.includes('\\')) throw refuse('absolute path');
    const names = target.split('/').filter((name) => name !== '' && name !== '.');
    const climbs = names.findIndex((name) => name !== '..');
    const up = climbs === -1 ? names.length : climbs;
    if (up > path.split('/').length - 1) throw refuse('it leaves the package');
    if (names.slice(up).includes('..')) throw refuse('".." behind a name');
  }

  private checkAncestors(path: string): void {
    const key = fold(path);
    for (let slash = key.indexOf('/'); slash !== -1; slash = key.indexOf('/', slash + 1)) {
      const type = this.folded.get(key.slice(0, slash)) ?? 'directory';
      if (type !== 'directory') throw unsafePath(this.archive, path, `it lies under a ${type}`);
    }
  }

  /** A symlink must not share its folded path with anything: where case is ignored, one would replace the other. */
  private remember(path: string, type: TarEntry['type']): void {
    const key = fold(path);
    const other = this.folded.get(key);
    if (other && (other === 'symlink' || type === 'symlink')) throw duplicateFile(this.archive, path);
    if (!other || other === 'directory') this.folded.set(key, type);
  }

  private checkLength(path: string): void {
    const length = Buffer.byteLength(path);
    this.bytes += length;
    if (length > this.limits.path) throw pathTooLong(this.archive, path, this.limits.path);
    if (this.bytes > this.limits.paths) throw pathsTooLong(this.archive, this.limits.paths);
  }
}

/** Equal for paths that a file system may hold to be the same. */
const fold = (path: string) => path.normalize('NFC').toLowerCase();
