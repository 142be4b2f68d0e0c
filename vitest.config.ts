import { defineConfig } from 'vitest/config';

// Two projects in one run: pure code beside its source, and everything with rows on a real Postgres under test/.
export default defineConfig({
  test: {
    reporters: ['default', './test/support/plain-summary.reporter.ts'],
    pool: 'forks',
    // Files of one worker share what they import, which would otherwise cost seconds each; what they start is their own.
    isolate: false,
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.spec.ts'], testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.spec.ts'],
          exclude: ['test/support/**'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
