import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type InvoiceView } from '../../src/sandbox/stripe/browser/invoice-view.js';
import { invoicePdf } from '../../src/sandbox/stripe/browser/invoice-pdf.js';
import { present, run } from '../support/programs.js';

const line = { description: '7 × Team (at $9.00 / month)', period: 'Nov 23, 2026 – Dec 23, 2026' };

const view: InvoiceView = {
  ...{ number: 'ACME-0002', status: 'Open', headline: '€66.25 due' },
  facts: [
    ['Invoice number', 'ACME-0002'],
    ['Purchase order', 'PO-4711 (R&D) \\ Dept.'],
  ],
  seller: ['Propolis', 'Comb Street 6'],
  buyer: ['Łódź Honey GmbH', 'Bienenstraße 7', 'EU VAT DE123456789'],
  lines: [{ ...line, quantity: '7', unit: '$9.00', amount: '$63.00' }],
  totals: [
    ['Subtotal', '$63.00'],
    ['VAT (25%)', '$15.75'],
    ['Total', '$78.75'],
  ],
  due: ['Amount due', '€66.25'],
  notes: ['Tax to be paid on reverse charge basis.'],
};
const created = new Date('2026-11-23T00:00:00Z');

interface Read {
  /** Of each object, by its number. */
  readonly objects: ReadonlyMap<number, string>;
  /** What is drawn, page by page. */
  readonly pages: readonly (readonly string[])[];
}

/** Reads a PDF as a viewer does, from its end: where the table is, where the objects are, what is on the pages. */
function read(file: Buffer): Read {
  const text = file.toString('latin1');
  const table = text.slice(Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)![1]));
  const [, count] = /^xref\n0 (\d+)\n0000000000 65535 f \n/.exec(table)!;
  const places = [...table.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, place]) => Number(place));
  expect(places).toHaveLength(Number(count) - 1);
  const objects = new Map(places.map((place, at) => [at + 1, objectAt(text, place, at + 1)]));
  const root = objects.get(Number(/\/Root (\d+) 0 R/.exec(table)![1]))!;
  const tree = objects.get(Number(/\/Pages (\d+) 0 R/.exec(root)![1]))!;
  const kids = [.../\/Kids \[([^\]]*)\]/.exec(tree)![1]!.matchAll(/(\d+) 0 R/g)].map(([, kid]) =>
    objects.get(Number(kid))!,
  );
  return { objects, pages: kids.map((kid) => textsOf(objects.get(Number(/\/Contents (\d+) 0 R/.exec(kid)![1]))!)) };
}

function objectAt(text: string, place: number, number: number): string {
  const start = `${number} 0 obj\n`;
  expect(text.slice(place, place + start.length)).toBe(start);
  return text.slice(place + start.length, text.indexOf('\nendobj\n', place));
}

/** The strings that a stream shows, after its length was found to be right. */
function textsOf(stream: string): string[] {
  const [head, length] = /^<< \/Length (\d+) >>\nstream\n/.exec(stream)!;
  const body = stream.slice(head.length, head.length + Number(length));
  expect(stream.slice(head.length + Number(length))).toBe('\nendstream');
  return [...body.matchAll(/\(((?:\\[0-7]{3}|[^\\)])*)\) Tj/g)].map(([, shown]) => fromWindows(shown!));
}

/** What Windows-1252 has at 0x80 to 0x9f; the rest is Latin-1. */
const HIGH = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

const fromWindows = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => {
    const byte = parseInt(octal, 8);
    return byte >= 0x80 && byte < 0xa0 ? HIGH[byte - 0x80]! : String.fromCharCode(byte);
  });

describe('an invoice as PDF', () => {
  test('is well-formed, and says everything that the invoice says', () => {
    const { pages } = read(invoicePdf(view, created));
    expect(pages).toHaveLength(1);
    const words = [
      ...view.facts.flat(),
      ...view.seller,
      ...view.totals.flat(),
      ...view.due,
      ...view.notes,
      view.headline,
    ];
    expect(pages[0]).toEqual(expect.arrayContaining([...words, ...Object.values(view.lines[0]!)]));
  });

  test('letters that the font lacks lose their accents and nothing else', () => {
    const [page] = read(invoicePdf(view, created)).pages;
    expect(page).toEqual(expect.arrayContaining(['Lódz Honey GmbH', 'Bienenstraße 7']));
    const [other] = read(invoicePdf({ ...view, buyer: ['蜜 Őrs – “Mead”'] }, created)).pages;
    expect(other).toContain('? Ors – “Mead”');
  });

  test('goes on on further pages, and loses no line', () => {
    const lines = Array.from({ length: 90 }, (_, at) => ({ ...view.lines[0]!, description: `Line ${at}` }));
    const { pages } = read(invoicePdf({ ...view, lines }, created));
    expect(pages.length).toBeGreaterThan(3);
    const drawn = pages.flat().filter((text) => /^Line \d+$/.test(text));
    expect(drawn).toEqual(lines.map(({ description }) => description));
    expect(pages.at(-1)).toEqual(expect.arrayContaining(['Amount due', `Page ${pages.length} of ${pages.length}`]));
  });

  test('text that is too long for its column is broken, whole', () => {
    const description = 'Seats '.repeat(40).trim();
    const [page] = read(invoicePdf({ ...view, lines: [{ ...view.lines[0]!, description }] }, created)).pages;
    expect(page!.filter((text) => text.startsWith('Seats')).join(' ')).toBe(description);
    const [other] = read(invoicePdf({ ...view, notes: ['x'.repeat(900)] }, created)).pages;
    expect(other!.filter((text) => /^x+$/.test(text)).join('')).toBe('x'.repeat(900));
  });
});

const GHOSTSCRIPT = '/usr/bin/gs';

describe.skipIf(!present(`ghostscript (${GHOSTSCRIPT})`, existsSync(GHOSTSCRIPT)))('a reader that is not ours', () => {
  test('finds nothing to complain about, and the same text', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'invoice-'));
    try {
      await writeFile(join(directory, 'invoice.pdf'), invoicePdf(view, created));
      const args = ['-q', '-dNOPAUSE', '-dBATCH', '-dPDFSTOPONERROR', '-sDEVICE=txtwrite', '-o', '-', 'invoice.pdf'];
      const { code, output } = await run(GHOSTSCRIPT, args, { cwd: directory });
      expect(code, output).toBe(0);
      expect(output).toMatch(/VAT \(25%\) +\$15\.75/);
      expect(output).toMatch(/PO-4711 \(R&D\) \\ Dept\./);
      expect(output).toMatch(/Amount due +€66\.25/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
