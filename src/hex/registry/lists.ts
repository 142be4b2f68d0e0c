/**
 * `names` and `versions` are repeated fields with the repository's name behind them, and encoded protobuf messages that stand one
 * after the other are the message of both (protobuf.dev, "Encoding": last one wins, repeated fields are appended). So what each
 * package adds can be encoded once and kept, and a list of ten thousand is put together instead of encoded anew.
 */

/** `whole` without the bytes of `end`, with which it must end. */
export function withoutEnd(whole: Uint8Array, end: Uint8Array): Uint8Array {
  const length = whole.length - end.length;
  if (length < 0 || Buffer.compare(whole.subarray(length), end) !== 0)
    throw new Error('an encoded list does not end with its repository');
  return whole.subarray(0, length);
}

/** The payload of a list: the entries of its packages in the order of their names, and its end, a list without packages. */
export const joinEntries = (entries: readonly Uint8Array[], end: Uint8Array): Uint8Array =>
  Buffer.concat([...entries, end]);
