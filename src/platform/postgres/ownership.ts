// Who runs the server of a data directory, and which commands are using it: small files in `run/`.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, markOf, type ProcessMark } from './running-process.js';

/** `service`: runs for long, alone. `command`: an operator's command line, glad to use a server that is up. */
export type Role = 'service' | 'command';

export interface Owner extends ProcessMark {
  role: Role;
  port: number;
}

/** What the file says, and whether that process still lives. */
export function readOwner(run: string): { owner: Owner; alive: boolean } | null {
  try {
    const owner = JSON.parse(readFileSync(join(run, 'owner.json'), 'utf8')) as Owner;
    return { owner, alive: isRunning(owner) };
  } catch {
    return null;
  }
}

export function writeOwner(run: string, role: Role, port: number): void {
  const draft = join(run, `owner.json.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify({ ...markOf(process.pid), role, port })}\n`, { mode: 0o600 });
  renameSync(draft, join(run, 'owner.json'));
}

export function removeOwner(run: string): void {
  rmSync(join(run, 'owner.json'), { force: true });
}

/** Announces that this process uses a server it does not own. Returns how to take that back. */
export function attach(run: string): () => void {
  const file = join(run, `attached-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(markOf(process.pid)), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** How many living processes use the server besides its owner. */
export function countAttached(run: string): number {
  let living = 0;
  for (const name of readdirSync(run).filter((entry) => entry.startsWith('attached-'))) {
    if (usedByLiving(join(run, name))) living += 1;
    else rmSync(join(run, name), { force: true });
  }
  return living;
}

function usedByLiving(file: string): boolean {
  try {
    return isRunning(JSON.parse(readFileSync(file, 'utf8')) as ProcessMark);
  } catch {
    return false;
  }
}
