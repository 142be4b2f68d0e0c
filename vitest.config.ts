import { defineConfig } from 'vitest/config';

// Two projects in one run: pure code beside its source, and everything with rows on a real Postgres under test/.
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
          exclude: ['test/support/**'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 90_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
