import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type Answer, ask, publish } from '../support/http.js';
import { team, type Team } from '../support/people.js';

/** Without S3, on a disk of its own that is full: fetching goes on, a publish is refused in words, and nothing is half done. */
const MB = 1024 * 1024;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('SKIPPED: only root mounts a small disk, so no full one is tried here.');

describe.runIf(isRoot)('a full disk', () => {
  let disk: string;
  let app: TestApp;
  let acme: Team;
  let wax: Buffer;

  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), 'propolis-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk]);
    app = await startApp({ env: { DATA_DIR: disk, DELIVERY_MEMORY_MB: '0' }, failingJobs: 'registry' });
    acme = await team(app);
    wax = (await published('wax', 100_000)).tarball;
  });
  afterAll(async () => {
    await app?.stop();
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true, force: true });
  });

  afterEach(() => rmSync(join(disk, 'rubbish'), { force: true }));

  const published = async (name: string, bytes: number): Promise<Answer & { tarball: Buffer }> => {
    const files = { 'mix.exs': '# mix', 'priv/noise': randomBytes(Math.floor(bytes * 0.75)).toString('base64') };
    return publish(app.url, acme.name, acme.publishKey, { name, files });
  };
  const fetched = (path: string): Promise<Answer> =>
    ask(`${app.url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey });
  const free = (): number => statfsSync(disk).bavail * statfsSync(disk).bsize;
  const fill = (leave: number): void => writeFileSync(join(disk, 'rubbish'), Buffer.alloc(free() - leave));
  const leftovers = (): string[] =>
    ['tmp', 'store/incoming'].flatMap((name) => (existsSync(join(disk, name)) ? readdirSync(join(disk, name)) : []));

  test.each([
    ['for the upload itself', 0.5 * MB],
    ['for the upload and its place in the store', 1.2 * MB],
  ])('has no room %s', async (_what, leave) => {
    expect((await fetched('tarballs/wax-1.0.0.tar')).status).toBe(200);
    fill(leave);
    const before = free();
    const refused = await published('comb', MB);
    expect([refused.status, refused.body]).toEqual([
      503,
      {
        status: 503,
        message:
          'this server cannot write to its disk, which may be full: nothing was stored. Please tell those who run it.',
      },
    ]);
    expect(leftovers()).toEqual([]);
    expect(free()).toBeGreaterThanOrEqual(before - 64 * 1024);
    expect(await app.db.query(`select 1 from packages where name = 'comb'`)).toEqual([]);
    expect((await fetched('tarballs/wax-1.0.0.tar')).bytes.equals(wax)).toBe(true);
    expect((await fetched('packages/wax')).status).toBe(200);
    expect((await fetched('packages/comb')).status).toBe(404);
  });

  test('has room again, and the same publish is taken', async () => {
    const { status, tarball } = await published('comb', MB);
    expect(status).toBe(201);
    expect((await fetched('tarballs/comb-1.0.0.tar')).bytes.equals(tarball)).toBe(true);
  });
});
