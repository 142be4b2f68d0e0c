/**
 * How large a package may be. The sizes are those of hex_core 0.19, so what the official client builds is accepted and
 * what it would refuse to unpack is refused; the counts are ours and keep memory flat.
 */
export interface TarballLimits {
  /** Bytes of the uploaded file. */
  tarball: number;
  /** Bytes of contents.tar.gz after decompression, tar headers and padding included. */
  contents: number;
  metadata: number;
  version: number;
  checksum: number;
  /** Files, directories and links in contents.tar.gz. */
  entries: number;
  /** Files in the tarball besides the four that every package has. */
  extraFiles: number;
  /** Bytes of one path in UTF-8. */
  path: number;
  /** Bytes of all paths together; keeps checking them cheap. */
  paths: number;
  /** Segments of one path. */
  depth: number;
}

const MIB = 1024 * 1024;

export const tarballLimits: Readonly<TarballLimits> = {
  tarball: 16 * MIB,
  contents: 128 * MIB,
  metadata: MIB,
  version: 32,
  checksum: 128,
  entries: 50_000,
  extraFiles: 16,
  path: 1024,
  paths: 4 * MIB,
  depth: 32,
};
