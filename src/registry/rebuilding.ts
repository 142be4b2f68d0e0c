import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { processorTime } from '../platform/processor-time.js';
import { PolicyBuilding } from './policy-building.js';
import { beginRebuild, endRebuild, moveRebuild, namesToRebuild } from './rebuilding.queries.js';
import { Registry } from './registry.js';

/** So many indexes at once: signing keeps one core busy, and each of them holds a connection. */
const AT_ONCE = 4;

/** It rests where the event loop that it shares with fetches is busy for more than this share of the time. Alone it takes four tenths. */
const LOOP_BUSY = 0.6;
/**
 * So does a process of its own where others had the processor for more than this share of the time for which its loop wanted it. Alone on two
 * cores it is a third (Postgres, and its own signing threads), beside 14,000 fetches a second seven tenths.
 */
const CORES_BUSY = 0.5;
/** For so many times as long as it worked. */
const REST = 3;
const LONGEST_REST_MS = 200;

export interface RebuildOptions {
  /** From the start, whatever an earlier one has reached. */
  readonly again?: boolean;
  /** This process answers fetches too: one at a time. */
  readonly beside?: boolean;
  /** `done` packages of `of` are built; the first call tells where it goes on. */
  readonly progress?: (done: number, of: number) => void;
}

/**
 * Everything of a repository anew, also what looks up to date: after a change of the signing key, of the repository's name, or in
 * doubt. In the order of names, a page at a time; how far it came is written down with each page, so that one that was
 * interrupted goes on from there. What is published meanwhile is built by its publish.
 */
@Injectable()
export class Rebuilding {
  constructor(
    private readonly database: DataSource,
    private readonly registry: Registry,
    private readonly policies: PolicyBuilding,
    private readonly clock: Clock,
  ) {}

  /** Answers with how many packages there were to build, from where it went on. */
  async all(repositoryId: string, options: RebuildOptions = {}): Promise<number> {
    const { again = false, beside = false, progress = () => undefined } = options;
    const { manager } = this.database;
    const run = await beginRebuild(manager, repositoryId, this.clock.now(), again);
    let { done } = run;
    progress(done, run.of);
    for (let after = run.reached; ;) {
      const names = await namesToRebuild(manager, repositoryId, after);
      if (names.length === 0) break;
      await inParallel(names, beside ? 1 : AT_ONCE, async (name) => {
        const watch = beside ? loop() : cores();
        await leavingRoom(watch, () => this.registry.buildPackage(repositoryId, name, true));
        progress((done += 1), run.of);
      });
      after = names.at(-1)!;
      await moveRebuild(manager, repositoryId, run.startedAt, after);
    }
    await this.registry.buildLists(repositoryId);
    await this.policies.rebuild(repositoryId);
    await endRebuild(manager, repositoryId, run.startedAt);
    return run.of - run.done;
  }
}

/** Then a rest, if others had need of what it took. */
async function leavingRoom(isBusy: () => boolean, work: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  await work();
  if (isBusy()) await sleep(Math.min(REST * (performance.now() - begun), LONGEST_REST_MS));
}

/** Was the event loop hardly ever idle, from now on? */
function loop(): () => boolean {
  const before = performance.eventLoopUtilization();
  return () => performance.eventLoopUtilization(before).utilization >= LOOP_BUSY;
}

/** Did others keep this thread from the processor, from now on? False where the system does not tell. */
function cores(): () => boolean {
  const before = processorTime();
  return () => {
    const { ran, waited } = processorTime();
    const wanted = ran - before.ran + waited - before.waited;
    return waited - before.waited > CORES_BUSY * wanted;
  };
}

/** All of them, `most` at a time; ends with the first that fails, when those that run have ended. */
async function inParallel<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const results = await Promise.allSettled(
    Array.from({ length: most }, async () => {
      for (const item of left) await work(item);
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
