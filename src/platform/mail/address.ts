import { type Sender } from './transport.js';

/**
 * One plain mail address: no lists, no names, no quotes, no line ends, nothing that would end up as another header or
 * another recipient. Narrower than RFC 5321 and wide enough for every address that people have.
 */
const ADDRESS = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@[^\s@<>()[\]\\,;:"\p{C}]{1,253}$/u;

export const isMailAddress = (text: string): boolean => text.length <= 254 && ADDRESS.test(text);

/** `Name <address>` or only the address, as MAIL_FROM has it; undefined for anything else. */
export function parseSender(text: string): Sender | undefined {
  const [, name = '', bracketed, plain] = /^(?:([^<>"\p{C}]*)<([^<>]*)>|([^<>]*))$/u.exec(text.trim()) ?? [];
  const address = (bracketed ?? plain ?? '').trim();
  if (!isMailAddress(address)) return undefined;
  return { name: name.trim(), address, written: name.trim() === '' ? address : `${name.trim()} <${address}>` };
}
