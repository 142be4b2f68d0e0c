import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, settingNames } from '../../src/platform/config.js';

const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

test('.env.example names every setting once, and nothing else', () => {
  const named = [...example.matchAll(/^([A-Z0-9_]+)=/gm)].map((match) => match[1]!);
  expect(named.toSorted()).toEqual(settingNames.toSorted());
});

test('.env.example is what runs without any setting', () => {
  const values = Object.fromEntries(
    [...example.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!]),
  );
  expect(readConfig(values)).toEqual(readConfig({}));
});

describe('wrong settings', () => {
  const problems = (env: Record<string, string>): readonly string[] => {
    try {
      readConfig(env);
      return [];
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).problems;
    }
  };

  test('are told all at once, each by its name', () => {
    const found = problems({
      PORT: 'http',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: 'loud',
      SECRET_KEY: 'short',
      TRIAL_DAYS: '-1',
    });
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'SECRET_KEY',
      'TRIAL_DAYS',
      'LOG_LEVEL',
    ]);
  });

  test('half an S3 configuration, two ways to give one key, and more jobs than connections', () => {
    expect(problems({ S3_BUCKET: 'b' })).toEqual([
      expect.stringContaining('S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY'),
    ]);
    expect(problems({ TOKEN_KEY: 'a', TOKEN_KEY_FILE: 'b' })).toEqual([expect.stringContaining('not both')]);
    expect(problems({ JOBS_CONCURRENCY: '10' })).toEqual([expect.stringContaining('JOBS_CONCURRENCY')]);
  });

  test('production refuses every default that is only good for trying things out', () => {
    const found = problems({ NODE_ENV: 'production', DEMO: 'true', CLIENT_TEST_MODE: 'true' });
    expect(found.map((problem) => problem.split(/[: ]/)[0])).toEqual([
      'DATABASE_URL',
      'PUBLIC_URL',
      'SECRET_KEY',
      'SIGNING_KEY',
      'TOKEN_KEY',
      'SMTP_URL',
      'MAIL_FROM',
      'STRIPE_SECRET_KEY',
      'CLIENT_TEST_MODE',
      'DEMO',
    ]);
  });

  test('nobody but this machine reaches the client test mode', () => {
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'hex.example.org', '127.example.org'])
      expect(problems({ CLIENT_TEST_MODE: 'true', HOST })).toEqual([expect.stringMatching(/^CLIENT_TEST_MODE: /)]);
    for (const HOST of ['127.0.0.1', '::1', 'localhost'])
      expect(readConfig({ CLIENT_TEST_MODE: 'true', HOST })).toMatchObject({ publicRepository: 'hexpm', demo: false });
  });

  test('no problem repeats a secret', () => {
    expect(problems({ SECRET_KEY: 'hunter2' }).join()).not.toContain('hunter2');
    for (const url of ['smtp://me:hunter2@', 'http://me:hunter2@relay', 'smtp://me:hunter2%zz@relay', 'hunter2'])
      expect(problems({ SMTP_URL: url })).toEqual([expect.not.stringContaining('hunter2')]);
  });
});

describe('the mail relay', () => {
  const smtp = (SMTP_URL: string) => readConfig({ SMTP_URL }).smtp;

  test('STARTTLS is required by default, but for this machine', () => {
    const relay = { host: 'relay.example.org', port: 587, implicitTls: false, user: 'a@b', password: 'p:w' };
    expect(smtp('smtp://a%40b:p%3Aw@relay.example.org')).toEqual({ ...relay, startTls: 'required' });
    expect(smtp('smtp://a%40b:p%3Aw@relay.example.org:25?tls=none')).toMatchObject({ port: 25, startTls: 'none' });
    expect(smtp('smtp://127.0.0.1:25')).toMatchObject({ startTls: 'offered', user: undefined });
    expect(smtp('smtp://[::1]:25')).toMatchObject({ host: '::1', startTls: 'offered' });
    expect(smtp('smtps://relay.example.org')).toMatchObject({ port: 465, implicitTls: true });
    for (const tls of ['sometimes', 'offered', ''])
      expect(() => smtp(`smtp://relay.example.org?tls=${tls}`)).toThrow('SMTP_URL');
  });

  test('the sender is one address of the site unless another is given', () => {
    const from = (env: Record<string, string>) => readConfig(env).mailFrom.written;
    expect(from({ PUBLIC_URL: 'https://hex.example.org:8443' })).toBe('Propolis <no-reply@hex.example.org>');
    expect(from({ HOST: '0.0.0.0' })).toBe('Propolis <no-reply@localhost>');
    expect(from({ MAIL_FROM: 'hex@example.org' })).toBe('hex@example.org');
    for (const wrong of ['a@b.c, d@e.f', 'A <a@b.c>\nBcc: x@y.z', 'nobody'])
      expect(() => from({ MAIL_FROM: wrong })).toThrow('MAIL_FROM');
  });
});
