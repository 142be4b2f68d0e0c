import { FormatError } from './format-error.js';

/**
 * The sentences about broken archives, in one place because clients print them as they are. `archive` is the name its
 * maker knows it by: `tarball`, `contents.tar.gz`.
 */
export const invalidTar = (archive: string, why: string) =>
  new FormatError('invalid_tar', `invalid ${archive}: ${why}`);

export const truncated = (archive: string) => new FormatError('truncated', `invalid ${archive}: it ends too early`);

export const unsafePath = (archive: string, path: string, why: string) =>
  new FormatError('unsafe_path', `unsafe path in ${archive}: ${printable(path)} (${why})`);

export const unsafeSymlink = (archive: string, path: string, target: string, why: string) =>
  new FormatError(
    'unsafe_symlink',
    `unsafe symlink in ${archive}: ${printable(path)} -> ${printable(target)} (${why})`,
  );

export const unsupportedType = (archive: string, path: string, type: string) =>
  new FormatError('unsupported_file_type', `unsupported file type in ${archive}: ${printable(path)} (${type})`);

export const duplicateFile = (archive: string, path: string) =>
  new FormatError('duplicate_file', `duplicate file in ${archive}: ${printable(path)}`);

export const tooManyFiles = (archive: string, limit: number) =>
  new FormatError('too_many_files', `too many files in ${archive}: at most ${limit} are allowed`);

export const pathTooLong = (archive: string, path: string, limit: number) =>
  new FormatError(
    'path_too_long',
    `too long path in ${archive}: ${printable(path.slice(0, 60))}... (at most ${limit} bytes)`,
  );

export const pathsTooLong = (archive: string, limit: number) =>
  new FormatError('path_too_long', `too long paths in ${archive}: at most ${limit} bytes together`);

export const contentsTooBig = (archive: string, limit: number) =>
  new FormatError('contents_too_big', `too big: ${archive} holds more than ${limit} bytes uncompressed`);

/** A name from an archive as it may be shown in a terminal: control and invisible characters escaped, cut to a line. */
export function printable(text: string): string {
  const line = text.length > 200 ? `${text.slice(0, 200)}...` : text;
  return line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
