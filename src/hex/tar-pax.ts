import { invalidTar, unsupportedType } from './tar-faults.js';
import { decodeText } from './tar-header.js';

const ID = /^\d{1,15}$/;
const TIME = /^-?\d{1,12}(\.\d+)?$/;

/** What erl_tar would stumble over. Whether a size is right is for the reader to say, who knows the header's. */
const NUMBERS = new Map([
  ['uid', ID],
  ['gid', ID],
  ['mtime', TIME],
  ['atime', TIME],
  ['ctime', TIME],
]);

/**
 * Reads the records of a pax header, `LENGTH KEY=VALUE\n` each.
 *
 * erl_tar, which is what clients unpack with, ignores LENGTH and ends a record at its newline, so a value with a newline
 * would mean one thing to it and another to everybody else: refused. erl_tar also writes a LENGTH that is one too small
 * when the digits of a non-ASCII record's length carry over (98 characters, 100 bytes): accepted, since `mix hex.build`
 * makes such packages.
 */
export function parsePax(bytes: Uint8Array, archive: string): Map<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start) + 1;
    if (end === 0) throw malformed(archive);
    const [key, value] = parseRecord(bytes.subarray(start, end), archive);
    if (key.startsWith('GNU.sparse.')) throw unsupportedType(archive, records.get('path') ?? value, 'sparse file');
    if (records.has(key)) throw malformed(archive);
    records.set(key, value);
    start = end;
  }
  return records;
}

function parseRecord(record: Uint8Array, archive: string): [string, string] {
  const match = /^([1-9]\d{0,5}) ([^=\0]+)=([^\0]+)\n$/s.exec(Buffer.from(record).toString('latin1'));
  const [, length, key, value] = match ?? [];
  if (!length || !key || !value) throw malformed(archive);
  const missing = record.length - Number(length);
  const isAscii = record.every((byte) => byte < 0x80);
  if (missing !== 0 && (missing !== 1 || isAscii)) throw malformed(archive);
  const text = decodeText(Buffer.from(value, 'latin1'), archive);
  if (NUMBERS.get(key)?.test(text) === false) throw malformed(archive);
  return [key, text];
}

const malformed = (archive: string) => invalidTar(archive, 'a pax header is malformed');
