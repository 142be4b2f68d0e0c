import { type ByteSource } from './byte-source.js';
import { gunzip } from './gunzip.js';
import { contentsTooBig } from './tar-faults.js';
import { readTar, type TarEntry } from './tar-reader.js';
import { type TarballLimits, tarballLimits } from './tarball-limits.js';
import { TarballPaths } from './tarball-paths.js';

export type ContentsLimits = Pick<TarballLimits, 'contents' | 'entries' | 'path' | 'paths' | 'depth'>;

/**
 * Walks through a gzip-compressed tar archive of files (a package's contents, a documentation tarball) in flat memory.
 * `path` of an entry is in plain form and safe to use as a relative path or a store key. Do not keep what was made of
 * the entries until the walk has ended: what is wrong with an archive may show only then.
 */
export async function* readContents(
  source: ByteSource,
  limits: ContentsLimits = tarballLimits,
  archive = 'contents.tar.gz',
): AsyncGenerator<TarEntry> {
  const paths = new TarballPaths(archive, limits);
  const tar = gunzip(source, { archive, limit: limits.contents });
  for await (const entry of readTar(tar, { archive, entries: limits.entries })) {
    if (entry.size > limits.contents) throw contentsTooBig(archive, limits.contents);
    yield { ...entry, path: paths.add(entry) };
  }
  paths.finish();
}
