import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEtf } from './etf-decode.js';
import { FormatError } from './format-error.js';

// Bytes that nobody wrote as a term: noise, noise that looks like a term, and terms of Erlang's with bytes changed, cut out
// and put in. fast-check makes another ten thousand on each run and shrinks what fails to the few bytes that matter.

const INPUTS = 12_000;

const terms = readFileSync(new URL('../../test/golden/hex/etf.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => Buffer.from((JSON.parse(line) as { hex: string }).hex, 'hex'))
  .filter((bytes) => bytes.length < 500);

const byte = fc.integer({ min: 0, max: 255 });
/** Tags that exist, and the bytes that counts are made of. */
const likelyByte = fc.oneof(fc.constantFrom(0, 0, 0, 1, 2, 127, 128, 255), fc.integer({ min: 68, max: 121 }), byte);
const noise = fc.uint8Array({ maxLength: 64 });
const lookalike = fc.array(likelyByte, { maxLength: 64 }).map((bytes) => Uint8Array.of(131, ...bytes));
const mutated = fc
  .tuple(
    fc.constantFrom(...terms),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 0, 1), fc.array(likelyByte, { maxLength: 4 })), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([term, changes]) => {
    const bytes = [...term];
    for (const [at, removed, put] of changes) {
      // As many bytes as are put in are overwritten, so that most of the term stays in step; sometimes one more goes.
      bytes.splice(1 + (at % bytes.length), removed === 1 ? put.length + 1 : put.length, ...put);
    }
    return Uint8Array.from(bytes);
  });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memory(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Whether the bytes were a term. Any exception but our own FormatError is let through. */
function isTerm(bytes: Uint8Array): boolean {
  try {
    decodeEtf(bytes);
    return true;
  } catch (error) {
    if (error instanceof FormatError && error.code === 'etf' && error.message !== '') return false;
    throw error;
  }
}

describe(`${INPUTS} random and mutated inputs`, () => {
  it('are terms or a FormatError, never anything else', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(noise, lookalike, mutated, mutated), (bytes) => void (accepted += isTerm(bytes) ? 1 : 0)),
      { numRuns: INPUTS },
    );
    // Both ends are reached: some mutations hit a text or a number and leave a term behind.
    expect(accepted).toBeGreaterThan(INPUTS / 100);
    expect(accepted).toBeLessThan(INPUTS * 0.9);
  });

  it('leave nothing behind in memory', () => {
    const inputs = fc.sample(fc.oneof(lookalike, mutated), INPUTS);
    inputs.slice(0, 1000).forEach(isTerm);
    const before = memory();
    inputs.forEach(isTerm);
    inputs.forEach(isTerm);
    expect(memory() - before).toBeLessThan(1024 * 1024);
  });

  it('take no more memory than their own bytes warrant, whatever they claim to hold', () => {
    // A count of four milliards, or as many as the bytes behind it could at the very most be.
    for (const count of [0xffff_ffff, 0x00ff_ffff, 900_000]) {
      for (const tag of [105, 108, 109, 116]) {
        const bytes = Buffer.alloc(1_000_000, 106);
        bytes[0] = 131;
        bytes[1] = tag;
        bytes.writeUInt32BE(count, 2);
        const before = memory();
        isTerm(bytes);
        expect(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before).toBeLessThan(
          32 * 1024 * 1024,
        );
      }
    }
  });
});
