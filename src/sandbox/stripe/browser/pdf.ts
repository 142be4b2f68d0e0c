import { literal, type TextStyle, widthOf } from './pdf-text.js';

// A PDF by hand: text in Helvetica, lines and boxes, nothing embedded (PDF 1.4; ISO 32000-1 chapter 7). Viewers have the
// font, and its Latin characters can be searched and copied. Places are in points from the top left corner of an A4 page.

export const PAGE = { width: 595, height: 842 } as const;

const fixed = (value: number): string => String(Math.round(value * 100) / 100);

/** One page, as a list of drawing operators. */
export class PdfPage {
  readonly operators: string[] = [];

  text(
    x: number,
    y: number,
    text: string,
    { size = 10, bold = false, grey = 0, align = 'left' }: TextStyle = {},
  ): void {
    const left = align === 'right' ? x - widthOf(text, { size, bold }) : x;
    const place = `${fixed(left)} ${fixed(PAGE.height - y)}`;
    this.operators.push(`BT /${bold ? 'B' : 'R'} ${size} Tf ${grey} g ${place} Td (${literal(text)}) Tj ET`);
  }

  /** A level line. */
  rule(x1: number, x2: number, y: number, grey = 0.8): void {
    const level = fixed(PAGE.height - y);
    this.operators.push(`${grey} G 0.5 w ${fixed(x1)} ${level} m ${fixed(x2)} ${level} l S`);
  }
}

const font = (name: string): string =>
  `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;

const dateOf = (date: Date): string => `D:${date.toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`;

/** The file. Objects 1 to 5 are fixed, then two a page: the page and what is drawn on it. */
export function pdfFile(pages: readonly PdfPage[], { title, created }: { title: string; created: Date }): Buffer {
  const kids = pages.map((_, at) => `${6 + at * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] >>`,
    ...[font('Helvetica'), font('Helvetica-Bold')],
    `<< /Title (${literal(title)}) /Producer (Stripe sandbox) /CreationDate (${dateOf(created)}) >>`,
    ...pages.flatMap(({ operators }, at) => [
      `<< /Type /Page /Parent 2 0 R /Resources << /Font << /R 3 0 R /B 4 0 R >> >> /Contents ${7 + at * 2} 0 R >>`,
      `<< /Length ${operators.join('\n').length} >>\nstream\n${operators.join('\n')}\nendstream`,
    ]),
  ];
  return withCrossReferences(objects);
}

/** Every byte so far is below 128, so places in the text are places in the file. */
function withCrossReferences(objects: readonly string[]): Buffer {
  let file = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const count = objects.length + 1;
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${places.join('')}`;
  const trailer = `trailer\n<< /Size ${count} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + trailer, 'latin1');
}
