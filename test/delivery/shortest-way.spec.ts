import { randomBytes } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { Downloads } from '../../src/packages/downloads.js';
import { useApp } from '../support/app.js';
import { ask, eventually, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';
import { connect, head, rawAsk } from '../support/raw-http.js';

// Warm answers go to the connection past Node's response (src/delivery/shortest-way.ts). What that leans on in Node's server is
// watched here from outside, on connections that do everything a client may do; and from inside for what a connection holds meanwhile.

const app = useApp();
let acme: Team;
let name: string;
let index: Buffer;
let tarball: Buffer;
let etag: string;

const warnings: string[] = [];
beforeAll(() => void process.on('warning', ({ name: kind, message }) => warnings.push(`${kind}: ${message}`)));

beforeAll(async () => {
  acme = await team(app);
  name = unique('quick');
  const files = { 'mix.exs': '# mix', 'priv/noise': randomBytes(90_000).toString('base64') };
  ({ tarball } = await publish(app.url, acme.name, acme.publishKey, { name, files }));
  // Twice: from the second time on everything is known.
  for (let time = 0; time < 2; time += 1) {
    const fetched = await ask(`${app.url}${indexPath()}`, { key: acme.fetchKey });
    index = fetched.bytes;
    etag = fetched.headers.get('etag')!;
    expect((await ask(`${app.url}${tarballPath()}`, { key: acme.fetchKey })).bytes).toEqual(tarball);
  }
});

const indexPath = () => `/repo/repos/${acme.name}/packages/${name}`;
const tarballPath = () => `/repo/repos/${acme.name}/tarballs/${name}-1.0.0.tar`;
const get = (path: string, headers: Record<string, string | number> = {}) =>
  head('GET', path, { authorization: acme.fetchKey, ...headers });

/** The answers in what came over a connection, by the lengths that they announce. */
function answersIn(text: string): { status: number; head: string; body: string }[] {
  const answers = [];
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    const top = rest.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(top)?.[1] ?? 0);
    answers.push({ status: Number(top.slice(9, 12)), head: top, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}

/** Sends these requests on one connection, all at once or each after the answer before, and returns all answers. */
async function onOne(requests: readonly string[], way: 'pipelined' | 'in turn') {
  const wire = await connect(app.url);
  const enough = (count: number) =>
    eventually(
      async () => answersIn(wire.received()),
      (all) => all.length >= count,
      30_000,
    );
  if (way === 'pipelined') wire.send(requests.join(''));
  else
    for (const [at, request] of requests.entries()) {
      wire.send(request);
      await enough(at + 1);
    }
  const answers = await enough(requests.length);
  wire.destroy();
  return answers;
}

test.each(['in turn', 'pipelined'] as const)(
  'many requests of a connection, %s, are answered in their order',
  async (way) => {
    const cold = `/repo/repos/${acme.name}/packages/none_${unique('x')}`;
    const one = [
      [get(indexPath()), 200, index.toString('latin1')],
      [get(indexPath(), { 'if-none-match': etag }), 304, ''],
      [get(tarballPath()), 200, tarball.toString('latin1')],
      [get(cold), 404, undefined],
      [get(tarballPath(), { range: 'bytes=0-99' }), 206, tarball.subarray(0, 100).toString('latin1')],
      [get('/health/live'), 200, undefined],
      [get(indexPath(), { authorization: 'nobody' }), 401, undefined],
    ] as const;
    const all = Array.from({ length: 5 }, () => one).flat();
    const answers = await onOne(
      all.map(([request]) => request),
      way,
    );
    expect(answers.map(({ status }) => status)).toEqual(all.map(([, status]) => status));
    for (const [at, [, , body]] of all.entries())
      if (body !== undefined) expect(answers[at]!.body === body, `answer ${at}`).toBe(true);
  },
);

test('the head is the one that Node would write', async () => {
  const fieldsOf = (text: string) =>
    text
      .split('\r\n')
      .slice(1)
      .map((line) => line.toLowerCase().replace(/^(date|x-request-id): .*/, '$1'))
      .filter((line) => !line.startsWith('connection'))
      .sort();
  for (const [path, headers] of [
    [indexPath(), {}],
    [tarballPath(), {}],
    [indexPath(), { 'if-none-match': etag }],
  ] as const) {
    const [quick] = await onOne([get(path, headers)], 'in turn');
    // Who asks to close is answered by Node's own response.
    const [usual] = answersIn(await rawAsk(app.url, 'GET', path, { authorization: acme.fetchKey, ...headers }));
    expect(quick!.head).toMatch(/^connection: keep-alive$/im);
    expect(usual!.head).toMatch(/^connection: close$/im);
    expect(fieldsOf(quick!.head)).toEqual(fieldsOf(usual!.head));
    expect(quick!.head.split('\r\n')[0]).toBe(usual!.head.split('\r\n')[0]);
    expect(Date.parse(/^date: (.*)$/im.exec(quick!.head)![1]!)).toBeGreaterThan(0);
    expect(quick!.body).toBe(usual!.body);
  }
});

test.each([
  ['an index', () => get(indexPath()), 200],
  ['a 304', () => get(indexPath(), { 'if-none-match': etag }), 304],
  ['a tarball', () => get(tarballPath()), 200],
] as const)('a connection that waits after %s does not hold on to the request', async (_, request, status) => {
  let held: { parser?: { incoming: unknown } } | undefined;
  app.app.getHttpServer().once('connection', (socket: Socket) => (held = socket as typeof held));
  const letGo = () =>
    eventually(
      async () => held!.parser!.incoming,
      (incoming) => incoming === null,
      10_000,
    );
  const wire = await connect(app.url);
  wire.send(request());
  const [answer] = await eventually(
    async () => answersIn(wire.received()),
    (all) => all.length > 0,
    10_000,
  );
  expect(answer!.status).toBe(status);
  expect(await letGo()).toBe(null);
  // It is the same for the next one.
  wire.send(get(indexPath()));
  await eventually(
    async () => answersIn(wire.received()),
    (all) => all.length > 1,
    10_000,
  );
  expect(await letGo()).toBe(null);
  wire.destroy();
});

test('HTTP/1.0 gets what it asked for, and the end of the connection', async () => {
  const wire = await connect(app.url);
  wire.send(get(indexPath()).replace('HTTP/1.1', 'HTTP/1.0'));
  expect(await wire.closed()).toBe(true);
  const [answer] = answersIn(wire.received());
  expect([answer!.status, answer!.body]).toEqual([200, index.toString('latin1')]);
});

test.each([
  ['of a length', { 'content-length': 5 }, 'hello'],
  ['in pieces', { 'transfer-encoding': 'chunked' }, '5\r\nhello\r\n0\r\n\r\n'],
])('a body that nobody asked for, %s, is not taken for the next request', async (_, headers, body) => {
  const wire = await connect(app.url);
  // The body comes after the answer.
  wire.send(get(indexPath(), headers));
  await wire.until(/\r\n\r\n/);
  wire.send(body);
  wire.send(get(indexPath(), { 'if-none-match': etag }));
  wire.send(get(tarballPath()));
  const answers = await eventually(
    async () => answersIn(wire.received()),
    (all) => all.length >= 3 && all[2]!.body.length === tarball.length,
    30_000,
  );
  wire.destroy();
  expect(answers.map(({ status }) => status)).toEqual([200, 304, 200]);
  expect(answers[2]!.body).toBe(tarball.toString('latin1'));
});

test('a reader who does not read gets all of it in the end, and is counted then', async () => {
  const before = await counted();
  const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(app.url).port) });
  socket.pause();
  // More than the kernel holds for somebody who does not read.
  const requests = 200;
  socket.write(get(tarballPath()).repeat(requests));
  await eventually(counted, (now) => now > before, 30_000);
  expect(await counted()).toBeLessThan(before + requests);
  expect(await drained(socket, requests * tarball.length)).toBeGreaterThan(requests * tarball.length);
  await eventually(counted, (now) => now === before + requests, 30_000);
  expect(await counted()).toBe(before + requests);
  socket.destroy();
});

test('who goes away in the middle is not counted, and nothing is left behind', async () => {
  const before = await counted();
  for (let time = 0; time < 20; time += 1) {
    const wire = await connect(app.url);
    wire.send(get(tarballPath()).repeat(100));
    await wire.until(/HTTP/);
    wire.destroy();
  }
  expect((await ask(`${app.url}${indexPath()}`, { key: acme.fetchKey })).status).toBe(200);
  expect(await counted()).toBeLessThan(before + 2000);
  expect(app.log()).not.toMatch(/"fetch failed"|unhandled/i);
  // Of many listeners on one connection, say.
  expect(warnings).toEqual([]);
});

async function counted(): Promise<number> {
  await app.app.get(Downloads).flush();
  const rows = await app.db.query<{ count: string | null }[]>(
    `select sum(d.count)::text as count from package_downloads d join packages p on p.id = d.package_id where p.name = $1`,
    [name],
  );
  return Number(rows[0]?.count ?? 0);
}

/** Reads until so many bytes have come. */
function drained(socket: Socket, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let sum = 0;
    socket.on('data', (chunk: Buffer) => {
      sum += chunk.length;
      if (sum > bytes) resolve(sum);
    });
    socket.on('error', reject);
    socket.resume();
    setTimeout(() => resolve(sum), 10_000).unref();
  });
}
