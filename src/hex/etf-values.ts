/** A decoded term. Tuples and lists are both arrays; an atom other than true, false, nil and undefined is its name. */
export type EtfValue = string | number | bigint | boolean | null | Uint8Array | EtfValue[] | EtfObject;

/** A decoded map: no prototype, so a key is there only if the client sent it. */
export interface EtfObject {
  [key: string]: EtfValue;
}

/** The text a client meant by a string or by a charlist (a list of code points); undefined for anything else. */
export function charlistText(value: EtfValue): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const isText = value.every((each) => typeof each === 'number' && Number.isInteger(each) && isCodePoint(each));
  return isText ? value.map((each) => String.fromCodePoint(each as number)).join('') : undefined;
}

function isCodePoint(number: number): boolean {
  return number >= 0 && number <= 0x10ffff && (number < 0xd800 || number > 0xdfff);
}
