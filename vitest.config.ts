import { defineConfig } from 'vitest/config';

const onPostgres = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 90_000,
  hookTimeout: 180_000,
};

// A run that decides about a submission looks at a failure twice, since a second failure tells a fault from a slow moment; what was
// looked at twice is reported. Not where the fault is a race, which the second look would forgive.
const again = process.env['CI'] === undefined ? 0 : 1;
const RACES = 'test/**/races.spec.ts';

// In one run: pure code beside its source, everything with rows on a real Postgres under test/, races, and people at a browser.
export default defineConfig({
  test: {
    reporters: ['default', './test/support/plain-summary.reporter.ts'],
    pool: 'forks',
    // Files of one worker share what they import, which would otherwise cost seconds each; what they start is their own.
    isolate: false,
    maxWorkers: 3,
    // The limits are there to end what hangs, also on a machine that does much else.
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.spec.ts'], testTimeout: 90_000 } },
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.spec.ts'],
          exclude: ['test/support/**', 'test/browser/**', RACES],
          ...onPostgres,
          retry: again,
        },
      },
      { extends: true, test: { name: 'races', include: [RACES], ...onPostgres } },
      {
        extends: true,
        // What a browser does takes its time; a second look tells a slow moment from a fault, which comes back.
        test: { name: 'browser', include: ['test/browser/**/*.spec.ts'], ...onPostgres, retry: 1 },
      },
    ],
  },
});
