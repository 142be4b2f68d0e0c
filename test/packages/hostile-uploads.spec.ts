import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parts, tar } from '../golden/hex-bytes/make/tar-bytes.js';
import { useApp } from '../support/app.js';
import { ask, type Answer, publish } from '../support/http.js';
import { bombs, corpus, wellFormed } from '../support/hostile-tarballs.js';
import { team, type Team } from '../support/people.js';
import { metadataOf } from '../support/tarballs.js';

const MIB = 1024 * 1024;
const app = useApp({ env: { MAX_TARBALL_BYTES: String(2 * MIB) } });
let acme: Team;

beforeAll(async () => {
  acme = await team(app);
  await publish(app.url, acme.name, acme.publishKey, { name: 'good' });
});

const send = (bytes: Buffer, erlang = false): Promise<Answer> =>
  ask(`${app.url}/api/repos/${acme.name}/publish`, { method: 'POST', key: acme.publishKey, bytes, erlang });

const fetchGood = () => ask(`${app.url}/repo/repos/${acme.name}/tarballs/good-1.0.0.tar`, { key: acme.fetchKey });

/** All that an upload may leave behind: rows, files in the store, files that are there while it runs. */
async function traces() {
  const counts = ['packages', 'releases', 'requirements', 'audit_entries', 'stored_objects'].map(
    async (table) =>
      (
        await app.db.query<{ n: number }[]>(
          `select count(*)::int as n from ${table} where true ${table === 'stored_objects' ? `and key not like '%registry%'` : ''}`,
        )
      )[0]!.n,
  );
  const files = await readdir(join(app.config.dataDir, 'store', 'objects'), { recursive: true });
  return {
    rows: await Promise.all(counts),
    files: files.filter((path) => !path.includes('registry')).sort(),
    temporary: await app.temporaryFiles(),
  };
}

/** Written as `…part` a message needs only contain that part. */
function matching(errors: unknown): unknown {
  if (typeof errors === 'string') return errors.startsWith('…') ? expect.stringContaining(errors.slice(1)) : errors;
  if (typeof errors !== 'object' || errors === null) return errors;
  return Object.fromEntries(Object.entries(errors).map(([field, inner]) => [field, matching(inner)]));
}

test('the builder builds what is accepted, but for what is wrong with it', async () => {
  expect((await send(wellFormed())).status).toBe(201);
  expect(
    (
      await ask(`${app.url}/api/repos/${acme.name}/packages/hostile/releases/1.0.0`, {
        method: 'DELETE',
        key: acme.publishKey,
      })
    ).status,
  ).toBe(204);
});

describe('is refused, named, and leaves no trace', () => {
  test.each(corpus)('$what', async ({ bytes, errors }) => {
    const before = await traces();
    const upload = bytes();
    const [json, terms, fetched] = await Promise.all([send(upload), send(upload, true), fetchGood()]);
    expect([json.status, json.body.message]).toEqual([422, 'Validation error(s)']);
    if (errors !== undefined) expect(json.body.errors).toEqual(matching(errors));
    expect(JSON.parse(JSON.stringify(terms.body))).toEqual(json.body);
    expect(terms.headers.get('content-type')).toBe('application/vnd.hex+erlang');
    expect(onlyTexts(json.body.errors)).toBe(true);
    expect(await traces()).toEqual(before);
    expect(fetched.status).toBe(200);
  });

  test('too big', async () => {
    const before = await traces();
    for (const erlang of [false, true]) {
      const { status, body } = await send(Buffer.alloc(2 * MIB + 1), erlang);
      expect([status, body.message, body.errors.tar]).toEqual([
        413,
        `the package tarball is too big: at most ${2 * MIB} bytes`,
        'too big',
      ]);
    }
    expect(await traces()).toEqual(before);
  });
});

function onlyTexts(errors: unknown): boolean {
  if (typeof errors === 'string') return true;
  return (
    typeof errors === 'object' && errors !== null && !Array.isArray(errors) && Object.values(errors).every(onlyTexts)
  );
}

test('a bomb is checked in little memory, and others are served meanwhile', async () => {
  const uploads = [...bombs, ...bombs].map((make) => make());
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  const running = Promise.all(uploads.map((bomb) => send(bomb)));
  let fetches = 0;
  for (let done = false; !done; fetches += 1) {
    expect((await fetchGood()).status).toBe(200);
    done = await Promise.race([
      running.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 20)),
    ]);
  }
  clearInterval(watch);
  expect((await running).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 422));
  expect(fetches).toBeGreaterThan(3);
  // Four times 128 MiB would be more than twice that.
  expect(peak - before).toBeLessThan(200 * MIB);
});

test('what stands in another order, or beside the four, is accepted', async () => {
  const {
    VERSION,
    CHECKSUM,
    'metadata.config': metadata,
    'contents.tar.gz': contents,
  } = parts({
    'metadata.config': metadataOf({ name: 'reordered' }, ['mix.exs']),
  });
  const bytes = tar([contents, { name: 'SIGNATURE', body: 'x' }, metadata, CHECKSUM, VERSION]);
  expect((await send(bytes)).status).toBe(201);
  const fetched = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/reordered-1.0.0.tar`, { key: acme.fetchKey });
  expect(fetched.bytes.equals(bytes)).toBe(true);
});

test('names and versions that read alike when put together stay apart', async () => {
  const one = await publish(app.url, acme.name, acme.publishKey, { name: 'foo', version: '1.0.0-bar-1.0.0' });
  const two = await publish(app.url, acme.name, acme.publishKey, { name: 'foo', version: '1.0.0' });
  const three = await publish(app.url, acme.name, acme.publishKey, { name: 'foo_bar', version: '1.0.0' });
  expect([one.status, two.status, three.status]).toEqual([201, 201, 201]);
  for (const [path, sent] of [
    ['foo-1.0.0-bar-1.0.0', one],
    ['foo-1.0.0', two],
    ['foo_bar-1.0.0', three],
  ] as const) {
    const fetched = await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${path}.tar`, { key: acme.fetchKey });
    expect([path, fetched.bytes.equals(sent.tarball)]).toEqual([path, true]);
  }
  const reverted = await ask(`${app.url}/api/repos/${acme.name}/packages/foo/releases/1.0.0`, {
    method: 'DELETE',
    key: acme.publishKey,
  });
  expect(reverted.status).toBe(204);
  for (const [path, status] of [
    ['foo-1.0.0-bar-1.0.0', 200],
    ['foo-1.0.0', 404],
    ['foo_bar-1.0.0', 200],
  ] as const)
    expect([
      path,
      (await ask(`${app.url}/repo/repos/${acme.name}/tarballs/${path}.tar`, { key: acme.fetchKey })).status,
    ]).toEqual([path, status]);
});
