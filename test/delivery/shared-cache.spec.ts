import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settings, startApp, type TestApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { type Answer, ask, publish } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';
import { type Service, startService } from '../support/programs.js';
import { S3Server } from '../support/s3-server.js';

/**
 * This process publishes and fetches; another one only delivers, over the same copies on disk, and may write no file larger than one
 * megabyte: a full disk that needs no rights to make.
 */
const MB = 1024 * 1024;
let s3: S3Server;
let dataDir: string;
let here: TestApp;
let other: Service;
let acme: Team;

beforeAll(async () => {
  s3 = await S3Server.start();
  dataDir = await mkdtemp(join(tmpdir(), 'propolis-shared-'));
  const databaseUrl = await cloneDatabase();
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3.settings;
  const env = {
    ...{ S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region },
    ...{ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
    ...{ DATA_DIR: dataDir, BILLING: 'off' },
  };
  here = await startApp({ databaseUrl, env, failingJobs: 'registry' });
  acme = await team(here);
  const { PORT: _, ...given }: Record<string, string> = { ...settings(dataDir, 0), ...env, DATABASE_URL: databaseUrl };
  other = await startService({ ...given, PUBLIC_URL: here.url, ROLE: 'delivery' }, { largestFile: MB });
});
afterAll(async () => {
  s3.heal();
  await other?.stop();
  await here?.stop();
  await s3?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function published(bytes: number): Promise<{ path: string; tarball: Buffer }> {
  const name = unique('wax');
  const files = { 'mix.exs': '# mix', 'priv/noise': randomBytes(Math.floor(bytes * 0.75)).toString('base64') };
  const answer = await publish(here.url, acme.name, acme.publishKey, { name, files });
  expect(answer.status).toBe(201);
  return { path: `tarballs/${name}-1.0.0.tar`, tarball: answer.tarball };
}

const fetched = ({ url }: { url: string }, path: string): Promise<Answer> =>
  ask(`${url}/repo/repos/${acme.name}/${path}`, { key: acme.fetchKey });

test('what one process has fetched the other has too, and misses no bucket', async () => {
  const all = [await published(3000), await published(4 * MB)];
  for (const { path } of all) expect((await fetched(here, path)).status).toBe(200);
  const before = s3.reads();
  s3.failNext(10_000);
  for (const { path, tarball } of all) expect((await fetched(other, path)).bytes.equals(tarball)).toBe(true);
  s3.heal();
  expect(s3.reads() - before).toBe(0);
});

test('a copy that the disk does not take to its end is read on in the bucket, by all who were at it', async () => {
  const { path, tarball } = await published(4 * MB);
  const answers = await Promise.all([1, 2, 3].map(() => fetched(other, path)));
  expect(answers.map(({ status, bytes }) => [status, bytes.equals(tarball)])).toEqual(Array(3).fill([200, true]));
  const again = await fetched(other, path);
  expect(again.bytes.equals(tarball)).toBe(true);
  expect(other.output().match(/the object cache takes nothing more/g)).toHaveLength(1);
  expect(other.output()).toContain('EFBIG');
  // What was small enough, or is here already, is not touched by it.
  const small = await published(3000);
  expect((await fetched(other, small.path)).bytes.equals(small.tarball)).toBe(true);
});

test('whoever removes all copies harms nobody', async () => {
  const { path, tarball } = await published(3 * MB);
  expect((await fetched(here, path)).status).toBe(200);
  await rm(join(dataDir, 'cache'), { recursive: true });
  for (const process of [here, other, here]) expect((await fetched(process, path)).bytes.equals(tarball)).toBe(true);
});
