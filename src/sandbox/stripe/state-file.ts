import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Snapshot, type Store } from './store.js';

interface State {
  version: 1;
  offset: number;
  tables: Snapshot;
}

/** Keeps the whole state in one file, which is replaced at once: whoever is killed in between leaves the old one. */
export class StateFile {
  constructor(private readonly path: string) {}

  /** @returns the clock's offset in milliseconds */
  load(store: Store): number {
    rmSync(this.temporary, { force: true });
    if (!existsSync(this.path)) return 0;
    const { version, offset, tables } = JSON.parse(readFileSync(this.path, 'utf8')) as State;
    if (version !== 1) throw new Error(`The sandbox cannot read ${this.path}: it was written by another version.`);
    store.load(tables);
    return offset;
  }

  save(store: Store, offset: number): void {
    writeFileSync(this.temporary, `{"version":1,"offset":${offset},"tables":${store.serialize()}}\n`, { mode: 0o600 });
    renameSync(this.temporary, this.path);
  }

  private get temporary(): string {
    return `${this.path}.new`;
  }
}
