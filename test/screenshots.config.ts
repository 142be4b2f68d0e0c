import { defineConfig } from 'vitest/config';

// `npm run screenshots`: the machinery of the tests (a real Postgres, the whole product, Chromium) in the service of pictures.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/browser/screenshots.run.ts'],
    globalSetup: [new URL('support/global-setup.ts', import.meta.url).pathname],
    // It takes minutes: show each page as it is done.
    reporters: ['verbose'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
