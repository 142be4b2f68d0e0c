import { type InvoiceLine, type InvoiceView } from './invoice-view.js';
import { PAGE, PdfPage, pdfFile } from './pdf.js';
import { type TextStyle, wrapped } from './pdf-text.js';

const LEFT = 50;
const RIGHT = PAGE.width - 50;
const BOTTOM = PAGE.height - 70;
/** Where the columns of the lines end. */
const COLUMNS = { quantity: 370, unit: 460, amount: RIGHT } as const;
const QUIET: TextStyle = { size: 9, grey: 0.35 };

/** Draws downwards, and goes on on a new page where one is full. */
class Paper {
  readonly pages = [new PdfPage()];
  y = 60;

  get page(): PdfPage {
    return this.pages.at(-1)!;
  }

  /** The next `height` points stay on one page. */
  keep(height: number): void {
    if (this.y + height <= BOTTOM) return;
    this.pages.push(new PdfPage());
    this.y = 60;
  }
}

/** An invoice on A4, as one or more pages. */
export function invoicePdf(view: InvoiceView, created: Date): Buffer {
  const paper = new Paper();
  drawHead(paper, view);
  drawParties(paper, view);
  paper.page.text(LEFT, paper.y, view.headline, { size: 15, bold: true });
  paper.y += 34;
  drawLines(paper, view.lines);
  drawTotals(paper, view);
  drawNotes(paper, view.notes);
  drawFeet(paper.pages, view.number);
  return pdfFile(paper.pages, { title: `Invoice ${view.number}`, created });
}

function drawHead(paper: Paper, { facts, seller, status }: InvoiceView): void {
  paper.page.text(LEFT, paper.y, 'Invoice', { size: 22, bold: true });
  paper.page.text(RIGHT, paper.y, seller[0] ?? '', { size: 12, bold: true, align: 'right' });
  paper.page.text(RIGHT, paper.y + 16, status, { ...QUIET, align: 'right' });
  paper.y += 32;
  for (const [name, value] of facts) {
    paper.page.text(LEFT, paper.y, name, QUIET);
    for (const line of wrapped(value, RIGHT - LEFT - 110, { size: 9 })) {
      paper.page.text(LEFT + 110, paper.y, line, { size: 9 });
      paper.y += 14;
    }
  }
  paper.y += 18;
}

function drawParties(paper: Paper, { seller, buyer }: InvoiceView): void {
  const column = (x: number, head: string, lines: readonly string[]) => {
    paper.page.text(x, paper.y, head, { size: 9, bold: true });
    const all = lines.flatMap((line) => wrapped(line, 220, { size: 9 }));
    all.forEach((line, at) => paper.page.text(x, paper.y + 15 + at * 13, line, { size: 9 }));
    return all.length;
  };
  const longest = Math.max(column(LEFT, 'From', seller), column(LEFT + 250, 'Bill to', buyer));
  paper.y += 15 + longest * 13 + 24;
}

const right = { align: 'right' } as const;

function drawLines(paper: Paper, lines: readonly InvoiceLine[]): void {
  const { page, y } = paper;
  page.text(LEFT, y, 'Description', QUIET);
  page.text(COLUMNS.quantity, y, 'Qty', { ...QUIET, ...right });
  page.text(COLUMNS.unit, y, 'Unit price', { ...QUIET, ...right });
  page.text(COLUMNS.amount, y, 'Amount', { ...QUIET, ...right });
  page.rule(LEFT, RIGHT, y + 6, 0.2);
  paper.y += 22;
  for (const line of lines) drawLine(paper, line);
}

function drawLine(paper: Paper, { description, quantity, unit, amount, period }: InvoiceLine): void {
  const words = wrapped(description, 270);
  paper.keep(words.length * 14 + 26);
  const { page, y } = paper;
  words.forEach((text, at) => page.text(LEFT, y + at * 14, text));
  page.text(COLUMNS.quantity, y, quantity, right);
  page.text(COLUMNS.unit, y, unit, right);
  page.text(COLUMNS.amount, y, amount, right);
  paper.y += words.length * 14;
  if (period !== '') {
    page.text(LEFT, paper.y, period, QUIET);
    paper.y += 14;
  }
  page.rule(LEFT, RIGHT, paper.y - 4);
  paper.y += 12;
}

function drawTotals(paper: Paper, { totals, due }: InvoiceView): void {
  paper.keep((totals.length + 1) * 18 + 10);
  for (const [name, amount] of [...totals, due]) {
    const style = { bold: name === due[0] };
    paper.page.text(LEFT + 250, paper.y, name, style);
    paper.page.text(RIGHT, paper.y, amount, { ...style, ...right });
    paper.page.rule(LEFT + 250, RIGHT, paper.y + 5, 0.9);
    paper.y += 18;
  }
  paper.y += 20;
}

function drawNotes(paper: Paper, notes: readonly string[]): void {
  for (const line of notes.flatMap((note) => wrapped(note, RIGHT - LEFT, { size: 9 }))) {
    paper.keep(13);
    paper.page.text(LEFT, paper.y, line, { size: 9 });
    paper.y += 13;
  }
}

function drawFeet(pages: readonly PdfPage[], number: string): void {
  pages.forEach((page, at) => {
    page.rule(LEFT, RIGHT, PAGE.height - 52);
    page.text(LEFT, PAGE.height - 38, `${number} · Made by the Stripe sandbox: no money was asked for or paid.`, QUIET);
    page.text(RIGHT, PAGE.height - 38, `Page ${at + 1} of ${pages.length}`, { ...QUIET, align: 'right' });
  });
}
