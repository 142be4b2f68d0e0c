import { defineConfig } from 'vitest/config';

// `npm run bench:pages` and its neighbours: the test machinery as a runner, on a database of its own. Not a part of `npm test`.
export default defineConfig({
  test: {
    reporters: ['default'],
    pool: 'forks',
    include: [
      'bench/pages.ts',
      'bench/publishing.ts',
      'bench/delivery.ts',
      'bench/revocation.ts',
      'bench/interference.ts',
      'bench/endurance.ts',
      'bench/scaling.ts',
    ],
    globalSetup: [new URL('../test/support/global-setup.ts', import.meta.url).pathname],
    hookTimeout: 60_000,
  },
});
