import { type RecordKind, type Records } from './records.js';

type Table = Map<string, { readonly id: string }>;
export type Snapshot = [kind: string, rows: unknown[]][];

/** A change of one record; no `next` means that it is gone. */
export interface Change {
  kind: RecordKind;
  id: string;
  next?: { readonly id: string };
}

/** All records that are settled. They are frozen: whoever wants to change one works on a copy (see work.ts). */
export class Store {
  private readonly tables = new Map<string, Table>();
  private readonly texts = new WeakMap<object, string>();

  get<K extends RecordKind>(kind: K, id: string): Records[K] | undefined {
    return this.tables.get(kind)?.get(id) as Records[K] | undefined;
  }

  /** In the order of their making. */
  all<K extends RecordKind>(kind: K): Records[K][] {
    return [...(this.tables.get(kind)?.values() ?? [])] as unknown as Records[K][];
  }

  apply(changes: Iterable<Change>): void {
    for (const { kind, id, next } of changes) {
      if (next) this.table(kind).set(id, freeze(next));
      else this.table(kind).delete(id);
    }
  }

  load(snapshot: Snapshot): void {
    for (const [kind, rows] of snapshot) {
      this.apply((rows as { id: string }[]).map((next) => ({ kind: kind as RecordKind, id: next.id, next })));
    }
  }

  /** The whole state as text. A record that did not change is not put into words again. */
  serialize(): string {
    const tables = [...this.tables].map(([kind, table]) => `["${kind}",[\n${this.rows(table)}]]`);
    return `[${tables.join(',\n')}]`;
  }

  private rows(table: Table): string {
    return [...table.values()].map((record) => this.textOf(record)).join(',\n');
  }

  private textOf(record: object): string {
    const known = this.texts.get(record);
    if (known !== undefined) return known;
    const fresh = JSON.stringify(record);
    this.texts.set(record, fresh);
    return fresh;
  }

  private table(kind: string): Table {
    const table = this.tables.get(kind) ?? new Map<string, { readonly id: string }>();
    this.tables.set(kind, table);
    return table;
  }
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
