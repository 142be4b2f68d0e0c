import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LINES } from './kinds.js';
import { CORES, cpuMs, pinned, type Server } from './servers.js';

const run = promisify(execFile);
const here = import.meta.dirname;

export interface Throughput {
  readonly perSecond: number;
  /** Microseconds of processor for each request. */
  readonly cpu: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** As many requests as the server can take, over 32 connections, by wrk. */
export async function full(server: Server, file: string, seconds: number, cores: string): Promise<Throughput> {
  const before = cpuMs(server);
  const url = `http://127.0.0.1:${server.port}`;
  const wrk = ['wrk', '-t8', '-c32', `-d${seconds}s`, '-s', join(here, 'requests.lua'), url, '--', file];
  const [program, ...args] = pinned(cores, wrk);
  const { stdout } = await run(program!, args);
  const numbers = /RESULT (.+)/.exec(stdout)?.[1]?.split(' ').map(Number);
  if (numbers === undefined) throw new Error(stdout);
  const [requests, micros, , status, broken, p50, p99] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    perSecond: (requests / micros) * 1e6,
    cpu: ((cpuMs(server) - before) * 1000) / requests,
    ...{ p50: p50 / 1000, p99: p99 / 1000, failed: status + broken },
  };
}

/** Until it does not get faster any more: what is asked for the first time is asked of the database. */
export async function warm(server: Server, file: string, cores: string): Promise<void> {
  let [before, asked] = [0, 0];
  for (let time = 0; time < 20; time += 1) {
    const { perSecond } = await full(server, file, 1, cores);
    asked += perSecond;
    if (asked > 3 * LINES && perSecond < before * 1.1) return;
    before = perSecond;
  }
}

export interface OpenLoop {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Requests that the generator sent more than 5 ms too late: the machine's doing, or of a server that answers all at once what waited. */
  readonly late: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** So many requests a second, each at its time; over 64 connections. */
export async function atRate(server: Server, file: string, rate: number, seconds: number): Promise<OpenLoop> {
  const script = [join(here, 'open-loop.mjs'), String(server.port), file, String(rate), String(seconds), '64'];
  const [program, ...args] = pinned(CORES.generator, ['node', ...script]);
  const { stdout } = await run(program!, args);
  return JSON.parse(stdout) as OpenLoop;
}

/** At most one request in a thousand was late. What a generator measures that is late itself is its own delay too. */
const heldRate = (one: OpenLoop): boolean => one.late <= one.total / 1000;

/** Those in which the generator held the rate; all, where it never did: there is no other figure. */
export function countedOf(turns: readonly OpenLoop[]): readonly OpenLoop[] {
  const held = turns.filter(heldRate);
  return held.length > 0 ? held : turns;
}

/** 99th percentile in ms. */
export const turnWords = (one: OpenLoop): string => `${one.p99.toFixed(1)}${heldRate(one) ? '' : ' (late)'}`;

/** What stands beside the medians of these turns: those that are not in them, with their 99th percentiles, and what failed. */
export function notesOf(turns: readonly OpenLoop[]): string {
  const late = turns.filter((one) => !heldRate(one)).map((one) => one.p99.toFixed(1));
  const failed = turns.reduce((sum, one) => sum + one.failed, 0);
  return [
    late.length > 0 ? ` (generator late in ${late.length} of ${turns.length} turns: ${late.join(', ')})` : '',
    failed > 0 ? ` (${failed} failed)` : '',
  ].join('');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
