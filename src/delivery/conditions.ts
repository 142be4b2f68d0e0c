/** Ranges of a GET (RFC 9110 section 14), as far as files need them. ETags here are always strong. */

export interface Slice {
  readonly start: number;
  /** The last byte, included. */
  readonly end: number;
}

/** One range of bytes; `whole` for none, several, or one not understood; `unsatisfiable` for one behind the end. */
export function readRange(
  range: string | undefined,
  ifRange: string | undefined,
  size: number,
  etag: string,
): Slice | 'whole' | 'unsatisfiable' {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return 'whole';
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim());
  if (match === null || (match[1] === '' && match[2] === '')) return 'whole';
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - last), end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < start) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, end };
}
