import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeEtf } from '../../src/hex/etf-decode.js';
import { encodeEtf } from '../../src/hex/etf-encode.js';
import { type EtfValue } from '../../src/hex/etf-values.js';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { api, keyOf, person } from '../support/people.js';
import { clean, hasErlang } from '../support/programs.js';

// Terms against Erlang itself, thousands of every kind in both directions: what it writes is read as it means it, and what
// we write it reads with `safe`, as every Hex client does, and finds `=:=` to what was meant. erlang/terms.escript makes the
// terms and judges. Each run has another seed, which a failure names; ERLANG_SEED runs one again.

const SEED = process.env['ERLANG_SEED'] ?? String(Date.now() % 1_000_000);
const TERMS = 3_000;
const ERLANG = 'application/vnd.hex+erlang';

/** The lines that Erlang says, given these. It reads from a file: 3,000 terms are more than a pipe holds. */
async function erlang(args: readonly (string | number)[], lines: readonly string[] = []): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'propolis-erlang-'));
  try {
    await writeFile(join(folder, 'lines'), lines.map((line) => `${line}\n`).join(''));
    const script = join(import.meta.dirname, 'erlang/terms.escript');
    const child = spawn('sh', ['-c', `exec escript "$@" < '${folder}/lines'`, 'sh', script, ...args.map(String)], {
      env: clean({}),
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const code = await new Promise((resolve) => child.once('close', resolve));
    const output = Buffer.concat(said).toString();
    expect(code, `seed ${SEED}: ${output.slice(0, 2000)}`).toBe(0);
    return output.trimEnd().split('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const hex = (text: string | Uint8Array): string => Buffer.from(text as string).toString('hex');

/** A value as `meaning` in terms.escript has it: nothing lost, nothing rounded, keys in one order. */
function meaning(value: unknown): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return `h${hex(value)}`;
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return `i${value}`;
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(value);
    return `f${hex(bits)}`;
  }
  if (value instanceof Uint8Array) return `b${hex(value)}`;
  if (Array.isArray(value)) return value.map(meaning);
  const fields = Object.entries(value as object).map(([key, inner]) => [`h${hex(key)}`, meaning(inner)] as const);
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const parted = (line: string): [string, string] => {
  const at = line.indexOf(' ');
  return [line.slice(0, at), line.slice(at + 1)];
};

describe.skipIf(!(await hasErlang()))('Erlang terms', () => {
  test(`${TERMS} terms of Erlang's mean here what they mean there, and are the same again when we have written them`, async () => {
    const written = (await erlang(['write', SEED, TERMS])).map(parted);
    expect(written).toHaveLength(TERMS);
    const read = written.map(([bytes]) => decodeEtf(Buffer.from(bytes, 'hex'), { maxBytes: 10_000_000 }));
    for (const [index, [bytes, meant]] of written.entries()) {
      expect(JSON.stringify(meaning(read[index])), `seed ${SEED}: ${bytes.slice(0, 1000)}`).toBe(meant);
    }
    const answers = read.map((value) => hex(encodeEtf(value)));
    expect(await erlang(['compare', SEED, TERMS], answers)).toEqual([`same ${TERMS}`]);
    // The judge has teeth: one answer that is another's is found.
    const wrong = answers.with(3, hex(encodeEtf({ another: 'term' })));
    await expect(erlang(['compare', SEED, TERMS], wrong)).rejects.toThrow(/became another term/);
  });

  test(`${TERMS} values of ours are to Erlang what they are here, and come back as they were`, async () => {
    const values = fc.sample(anyValue(), { numRuns: TERMS, seed: Number(SEED) });
    const said = (
      await erlang(
        ['read'],
        values.map((value) => hex(encodeEtf(value))),
      )
    ).map(parted);
    expect(said).toHaveLength(TERMS);
    for (const [index, [bytes, meant]] of said.entries()) {
      const expected = JSON.stringify(meaning(values[index]));
      expect(meant, `seed ${SEED}`).toBe(expected);
      expect(JSON.stringify(meaning(decodeEtf(Buffer.from(bytes, 'hex')))), `seed ${SEED}`).toBe(expected);
    }
  });

  describe('over HTTP', () => {
    const app = useApp();
    let key: string;
    beforeAll(async () => {
      key = await keyOf(app, await person(app), api());
    });
    const send = (bytes: string) =>
      ask(`${app.url}/api/keys`, {
        ...{ method: 'POST', key, bytes: Buffer.from(bytes, 'hex') },
        headers: { 'content-type': ERLANG, accept: ERLANG },
      });

    test('what no request may hold is refused with 400, wherever in a term it is', async () => {
      const terms = (await erlang(['refused', SEED, 400])).map(parted);
      const kinds = new Set(terms.map(([kind]) => kind));
      expect(kinds.size, [...kinds].join()).toBe(14);
      for (const [kind, bytes] of terms) {
        const { status, body } = await send(bytes);
        expect([kind, status, body.status], `seed ${SEED}: ${bytes.slice(0, 1000)}`).toEqual([kind, 400, 400]);
        expect(body.message).toMatch(/^bad request body: /);
      }
    });

    test('what a request may hold is understood, if only to be told that it is no key', async () => {
      const terms = (await erlang(['write', SEED, 400])).map(parted);
      for (const [bytes, meant] of terms) {
        const { status, body } = await send(bytes);
        // Text that no row can hold is the one thing that the format allows and a request may not hold.
        const hasNul = /"h([0-9a-f]{2})*00/.test(meant);
        const told = `seed ${SEED}: ${meant.slice(0, 500)} ${JSON.stringify(body)}`;
        expect(status, told).toBe(hasNul ? 400 : 422);
      }
    });

    test('nothing of it was a fault of ours', () => {
      expect(app.log()).not.toContain('"request failed"');
    });
  });
});

/** Everything that `encodeEtf` writes and that the contract reads, edges more often than chance would have them. */
function anyValue(): fc.Arbitrary<EtfValue> {
  const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__proto__');
  const { value } = fc.letrec<{ value: EtfValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, true, false),
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.integer(), fc.maxSafeInteger()),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: -(2n ** 2040n) + 1n, max: 2n ** 2040n - 1n }).map(exact),
      // Bytes that are text are text.
      fc.uint8Array().map((bytes) => Uint8Array.of(...bytes, 0xff)),
      fc.array(tie('value')),
      fc.dictionary(name, tie('value'), { noNullPrototype: false }),
    ),
  }));
  return value;
}

const exact = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
