import { type ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { type ContentsLimits, readContents } from './tarball-contents.js';
import { tarballLimits } from './tarball-limits.js';
import { tryParseVersion } from './version.js';

/** What a documentation tarball may measure: as a package's (hex_core 0.19). */
export const docsLimits: Readonly<ContentsLimits & { tarball: number }> = tarballLimits;

/**
 * Checks a documentation tarball (hex-protocol.md 2) from its first to its last byte: a gzip-compressed tar of files that
 * unpack safely, with the page to begin at, and without a name at its top that reads as a version. Documentation is shown at
 * `PACKAGE/…` for the newest release and `PACKAGE/VERSION/…` for each, where such a name would hide another release.
 */
export async function checkDocs(source: ByteSource, limits: ContentsLimits = docsLimits): Promise<void> {
  let hasIndex = false;
  for await (const { type, path } of readContents(source, limits, 'docs.tar.gz')) {
    if (tryParseVersion(path.split('/')[0]!) !== null) throw namedAsVersion();
    if (path === 'index.html' && type === 'file') hasIndex = true;
  }
  if (!hasIndex) throw new FormatError('missing_files', 'missing files: index.html');
}

/** hex.pm's words. */
const namedAsVersion = () =>
  new FormatError('version_as_name', 'root file or directory name not allowed to match a semver version');
