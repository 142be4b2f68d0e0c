/** The tags of Erlang's external term format that Hex clients write; all others are refused (see `REFUSED`). */
export const ETF_VERSION = 131;

export const Tag = {
  NEW_FLOAT: 70,
  SMALL_INTEGER: 97,
  INTEGER: 98,
  ATOM: 100,
  SMALL_TUPLE: 104,
  LARGE_TUPLE: 105,
  NIL: 106,
  STRING: 107,
  LIST: 108,
  BINARY: 109,
  SMALL_BIG: 110,
  SMALL_ATOM: 115,
  MAP: 116,
  ATOM_UTF8: 118,
  SMALL_ATOM_UTF8: 119,
} as const;

/** Terms that exist but have no business in a request: live things, code, and ways to make little input large. */
export const REFUSED: ReadonlyMap<number, string> = new Map([
  [68, 'distribution headers'],
  [77, 'bit strings'],
  [80, 'compressed terms'],
  [82, 'atom cache references'],
  [88, 'pids'],
  [89, 'ports'],
  [90, 'references'],
  [99, 'floats in the old text form'],
  [101, 'references'],
  [102, 'ports'],
  [103, 'pids'],
  [111, 'integers of more than 255 bytes'],
  [112, 'funs'],
  [113, 'funs'],
  [114, 'references'],
  [117, 'funs'],
  [120, 'ports'],
  [121, 'local terms'],
]);
