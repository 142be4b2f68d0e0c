// A lock between processes that outlives none of them: a file that names its holder. It appears complete (linked, not
// written in place) and a dead holder's lock is taken away.
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, markOf, type ProcessMark } from './running-process.js';

/** Runs `work` alone. Throws, naming the holder, when the lock is not free before `deadline` (milliseconds, Date.now). */
export async function withLock<T>(file: string, deadline: number, work: () => Promise<T>): Promise<T> {
  while (!tryLock(file)) {
    const holder = readMark(file);
    if (isStale(holder)) removeStale(file);
    else if (Date.now() > deadline)
      throw new Error(`${file} is held by process ${(holder as ProcessMark | null)?.pid ?? 'unknown'}`);
    await sleep(10 + Math.random() * 40);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(markOf(process.pid)), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

// Two waiters may see the same dead holder; without a second lock the slower one would remove the faster one's new
// lock. This one is held for microseconds, so one that is seconds old was left by a crash.
function removeStale(file: string): void {
  const breaking = `${file}.break`;
  try {
    if (Date.now() - statSync(breaking).mtimeMs > 10_000) rmSync(breaking, { force: true });
  } catch {
    // Nobody is breaking the lock.
  }
  if (!tryLock(breaking)) return;
  try {
    if (isStale(readMark(file))) rmSync(file, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
}

type Holder = ProcessMark | 'broken' | null;

function isStale(holder: Holder): boolean {
  return holder === 'broken' || (holder !== null && !isRunning(holder));
}

function readMark(file: string): Holder {
  try {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as ProcessMark;
    return Number.isInteger(mark.pid) ? mark : 'broken';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'broken';
  }
}
