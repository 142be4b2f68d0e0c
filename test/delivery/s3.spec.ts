import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { ask, publish } from '../support/http.js';
import { team, type Team } from '../support/people.js';
import { S3Server } from '../support/s3-server.js';

let s3: S3Server;
let app: TestApp;
let acme: Team;

beforeAll(async () => {
  s3 = await S3Server.start();
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3.settings;
  app = await startApp({
    env: {
      ...{ S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region },
      ...{ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
      // Each fetch is to go to the bucket.
      ...{ DELIVERY_MEMORY_MB: '0', OBJECT_CACHE_MB: '0' },
    },
  });
  acme = await team(app);
});

afterAll(async () => {
  await app?.stop();
  await s3?.stop();
});

const url = () => `${app.url}/repo/repos/${acme.name}/tarballs/wax-1.0.0.tar`;

test('with S3 settings objects lie in the bucket, and are delivered from it', async () => {
  const published = await publish(app.url, acme.name, acme.publishKey, { name: 'wax' });
  expect(published.status).toBe(201);
  expect([...s3.objects.keys()].some((key) => key.includes('/tarballs/'))).toBe(true);
  const whole = await ask(url(), { key: acme.fetchKey });
  expect([whole.status, whole.bytes.equals(published.tarball)]).toEqual([200, true]);
  const part = await ask(url(), { key: acme.fetchKey, headers: { range: 'bytes=10-19' } });
  expect([part.status, part.bytes.equals(published.tarball.subarray(10, 20))]).toEqual([206, true]);
  expect((await ask(`${app.url}/health/ready`)).status).toBe(200);
});

test('no answer sends a client, and its key, to the bucket', async () => {
  const answer = await ask(url(), { key: acme.fetchKey });
  expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
});

test('a store that fails is told in a few words, and later all is well again', async () => {
  // As often as the store's adapter tries.
  s3.failNext(3, 500);
  const failed = await ask(url(), { key: acme.fetchKey });
  expect(failed.status).toBe(503);
  expect(failed.body).toMatch(/^.{5,80}\n$/);
  expect((await ask(url(), { key: acme.fetchKey })).status).toBe(200);
});

test('a body that breaks off on its way is never taken for whole', async () => {
  s3.cutNext(100);
  await expect(ask(url(), { key: acme.fetchKey })).rejects.toThrow();
  expect((await ask(url(), { key: acme.fetchKey })).status).toBe(200);
});
