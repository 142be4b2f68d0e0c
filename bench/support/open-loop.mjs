// @ts-check
// Load by the clock: request n is due at its time whether or not the ones before are answered, and its latency counts from then.
// So a server that stands still is charged for everything that should have been asked meanwhile. It hardly sleeps, to be on time.
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

// Where it may: before all else on its core. What it is late by, it would charge to the server.
try {
  setPriority(-20);
  writeFileSync('/proc/self/autogroup', '-20');
} catch {
  // It says how often it was late.
}
const [port, file, rate, seconds, connections] = process.argv.slice(2);
const requests = readFileSync(String(file), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [path, key, ...etag] = line.split(' ');
    const condition = etag.join(' ') === '-' ? '' : `if-none-match: ${etag.join(' ')}\r\n`;
    return { key, request: `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${condition}authorization: ` };
  });
const NEVER = new Int32Array(new SharedArrayBuffer(4));
const textOf = (/** @type {number} */ number) => requests[number % requests.length]?.request ?? '';
/**
 * Not counted: in the first two seconds the generator itself is compiled, so it begins slowly, ever faster up to the rate. At once at
 * the full rate it would start with a queue of its own making, and charge the server for it until it is gone.
 */
const WARMING_MS = 2000;
const every = 1000 / Number(rate);
const warming = Math.floor(WARMING_MS / every / 2);
const total = warming + Math.floor(Number(rate) * Number(seconds));
/** Milliseconds after the beginning. */
const dueAt = (/** @type {number} */ number) =>
  number < warming ? WARMING_MS * Math.sqrt(number / warming) : WARMING_MS + (number - warming) * every;
const latencies = new Float64Array(total);
let [sent, done, failed, late] = [0, 0, 0, 0];
/** For all connections, each of which is done with it when it returns: with one for each read, collecting them makes the generator late. */
const READ = Buffer.allocUnsafeSlow(64 * 1024);
/** @type {Connection[]} */
const idle = [];
/** @type {{ number: number, due: number }[]} */
const waiting = [];

class Connection {
  /** Bytes of the body still to come; -1: the head. */
  left = -1;
  head = '';
  due = 0;
  number = 0;

  /** @param {number} port @param {number} number Of the connection: one machine, with one key. */
  constructor(port, number) {
    this.end = `${requests[(number * 97) % requests.length]?.key}\r\n\r\n`;
    const onread = {
      buffer: READ,
      callback: (/** @type {number} */ bytes) => {
        this.take(READ.subarray(0, bytes));
        return true;
      },
    };
    this.socket = createConnection({ port, host: '127.0.0.1', noDelay: true, onread });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => this.lost());
    this.busy = false;
  }

  /** @param {number} number Of the request. @param {number} due */
  send(number, due) {
    this.number = number;
    this.due = due;
    this.busy = true;
    this.socket.write(textOf(number) + this.end, 'latin1');
  }

  /** @param {Buffer} chunk */
  take(chunk) {
    let bytes = chunk.length;
    if (this.left < 0) {
      this.head += chunk.latin1Slice(0, Math.min(chunk.length, 2048));
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      bytes -= end + 4 - (this.head.length - Math.min(chunk.length, 2048));
      const status = this.head.slice(9, 12);
      if (status !== '200' && status !== '304') failed += 1;
      this.left = status === '304' ? 0 : Number(/content-length: (\d+)/i.exec(this.head)?.[1] ?? 0);
    }
    this.left -= bytes;
    if (this.left > 0) return;
    this.left = -1;
    this.head = '';
    this.finish();
  }

  finish() {
    latencies[this.number] = performance.now() - this.due;
    done += 1;
    this.busy = false;
    const next = waiting.shift();
    if (next === undefined) idle.push(this);
    else this.send(next.number, next.due);
  }

  lost() {
    if (!this.busy) return;
    failed += 1;
    done += 1;
  }
}

const all = Array.from({ length: Number(connections) }, (_, number) => new Connection(Number(port), number));
await Promise.all(all.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
idle.push(...all);

const began = performance.now() + 20;
const giveUp = began + WARMING_MS + Number(seconds) * 1000 + 5000;

function step() {
  const now = performance.now();
  // How far behind the generator itself is: beyond a few milliseconds its figures are its own.
  for (; sent < total && began + dueAt(sent) <= now; sent += 1) {
    const due = began + dueAt(sent);
    if (sent >= warming && now - due > 5) late += 1;
    const connection = idle.pop();
    if (connection === undefined) waiting.push({ number: sent, due });
    else connection.send(sent, due);
  }
  if (done >= total || now > giveUp) return report();
  // Short enough to be on time, and to see answers when they come; long enough to leave the core to others meanwhile.
  Atomics.wait(NEVER, 0, 0, Math.min(0.05, Math.max(0, began + dueAt(sent) - performance.now())));
  setImmediate(step);
}

function report() {
  // What was never answered took the whole time.
  const counted = latencies.subarray(warming).map((ms) => ms || giveUp - began);
  const sorted = counted.toSorted();
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const result = {
    total: counted.length,
    done: done - warming,
    failed: failed + total - done,
    late,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

step();
