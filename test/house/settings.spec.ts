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
    const found = problems({ NODE_ENV: 'production', DEMO: 'true' });
    expect(found.map((problem) => problem.split(/[: ]/)[0])).toEqual([
      'DATABASE_URL',
      'PUBLIC_URL',
      'SECRET_KEY',
      'SIGNING_KEY',
      'TOKEN_KEY',
      'DEMO',
    ]);
  });

  test('no problem repeats a secret', () => {
    expect(problems({ SECRET_KEY: 'hunter2' }).join()).not.toContain('hunter2');
  });
});
