import { defineConfig } from 'vitest/config';

const onPostgres = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 90_000,
  hookTimeout: 180_000,
};

// Three projects in one run: pure code beside its source, everything with rows on a real Postgres under test/, and people at a
// browser.
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
          exclude: ['test/support/**', 'test/browser/**'],
          ...onPostgres,
        },
      },
      {
        extends: true,
        // What a browser does takes its time; a second look tells a slow moment from a fault, which comes back.
        test: { name: 'browser', include: ['test/browser/**/*.spec.ts'], ...onPostgres, retry: 1 },
      },
    ],
  },
});
