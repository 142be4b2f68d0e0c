// Text as Helvetica has it in a PDF: the bytes of its characters (WinAnsiEncoding) and how wide they are.

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  /** 0 is black, 1 is white. */
  readonly grey?: number;
  /** Where `x` is: the text's beginning or its end. */
  readonly align?: 'left' | 'right';
}

/** Widths of the characters from the space on, in thousandths of the size (Adobe's metrics of Helvetica). */
const WIDTHS = [
  ...[
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  ],
  ...[
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  ],
  ...[
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  ],
  ...[
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  ],
  ...[260, 334, 584],
];

/** What Windows-1252 has beyond Latin-1, at 0x80 to 0x9f; a dot where there is nothing. */
const WINDOWS = '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ';
const winAnsi = new Map([...WINDOWS].flatMap((character, at) => (character === '.' ? [] : [[character, 0x80 + at]])));

/** Spaces that differ only in print. */
const plainSpaces = (text: string): string => text.replaceAll(/[\u00a0\u2007\u2009\u202f]/g, ' ');

/** The byte of a character; what the font lacks loses its accent (ő, ł), and becomes a question mark if that does not help. */
function byteOf(character: string): number {
  const code = winAnsi.get(character) ?? character.codePointAt(0)!;
  if (winAnsi.has(character) || (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x100)) return code;
  const [base = '?'] = PLAIN[character] ?? character.normalize('NFKD');
  return base === character || base.codePointAt(0)! > 0x7e ? 0x3f : base.codePointAt(0)!;
}
const PLAIN: Readonly<Record<string, string>> = { ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i', ħ: 'h', Ħ: 'H' };

const bytesOf = (text: string): number[] => [...plainSpaces(text).normalize('NFC')].map(byteOf);

const widthOfByte = (byte: number): number => WIDTHS[byte - 32] ?? 556;

/** Bold letters are a little wider; close enough to end a number at a line. */
export const widthOf = (text: string, { size = 10, bold = false }: TextStyle = {}): number =>
  (bytesOf(text).reduce((sum, byte) => sum + widthOfByte(byte), 0) / 1000) *
  size *
  (bold && /[a-z]/.test(text) ? 1.06 : 1);

/** `text` broken at spaces into lines of at most `width`; a word that is wider is cut. */
export function wrapped(text: string, width: number, style: TextStyle = {}): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/).flatMap((one) => cut(one, width, style))) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (widthOf(longer, style) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter((line, at) => line !== '' || at > 0);
}

function cut(word: string, width: number, style: TextStyle): string[] {
  let end = word.length;
  while (end > 1 && widthOf(word.slice(0, end), style) > width) end--;
  return end === word.length ? [word] : [word.slice(0, end), ...cut(word.slice(end), width, style)];
}

/** As it stands between parentheses in the file. */
export const literal = (text: string): string =>
  bytesOf(text)
    .map((byte) =>
      byte > 0x7e || [0x28, 0x29, 0x5c].includes(byte)
        ? `\\${byte.toString(8).padStart(3, '0')}`
        : String.fromCharCode(byte),
    )
    .join('');
