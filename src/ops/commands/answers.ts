/** What a command answers with: `data` for programs (`--json`), `text` for people, ending in a line break. */
export interface Answer {
  readonly data: unknown;
  readonly text: string;
  /** What the exit code should say too, and a line on the error stream: something that was looked at is not in order. */
  readonly fault?: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Rows of one shape; the names of their fields make the heading. */
export const table = (rows: readonly Row[]): Answer => ({ data: rows, text: `${aligned(rows).join('\n')}\n` });

/** One thing, a line a field; lists of things below their name. */
export function record(row: Row): Answer {
  const width = Math.max(...Object.keys(row).map((name) => name.length));
  const lines = Object.entries(row).flatMap(([name, value]) => {
    const label = name.replaceAll('_', ' ');
    if (isRows(value)) return [label, ...aligned(value).map((line) => `  ${line}`)];
    return [`${label.padEnd(width)}  ${cell(value)}`];
  });
  return { data: row, text: `${lines.join('\n')}\n` };
}

/** A sentence about what was done; programs get the thing itself. */
export const said = (sentence: string, data: Row): Answer => ({ data, text: `${clean(sentence)}\n` });

export const render = ({ data, text }: Answer, json: boolean): string =>
  json ? `${JSON.stringify(data, null, 2)}\n` : text;

function aligned(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['none'];
  const names = Object.keys(rows[0]!);
  const lines = [
    names.map((name) => name.replaceAll('_', ' ')),
    ...rows.map((row) => names.map((name) => cell(row[name]))),
  ];
  const widths = names.map((_name, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) =>
    line
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (value instanceof Date) return `${value.toISOString().slice(0, 16).replace('T', ' ')}Z`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(cell).join(', ') || '-';
  if (typeof value === 'object') return pairs(value);
  return clean(typeof value === 'string' ? value : JSON.stringify(value));
}

const pairs = (value: object): string =>
  Object.entries(value)
    .map(([name, inner]) => `${clean(name)}=${cell(inner)}`)
    .join(' ') || '-';

const isRows = (value: unknown): value is Row[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'object' && one !== null);

/** Names and messages come from strangers, and a terminal obeys control characters. */
const clean = (text: string): string => text.replace(/\p{C}/gu, '?');
