import { defineConfig } from 'vitest/config';

// `npm run test:stripe`: the stories of billing at an account of Stripe's, if the environment gives one.
const file = (name: string) => new URL(name, import.meta.url).pathname;
const MINUTE_MS = 60_000;

export default defineConfig({
  test: {
    root: file('..'),
    include: ['test/stripe/*.run.ts'],
    globalSetup: [file('stripe/setup.ts')],
    // A test clock of Stripe's takes its time: show each story as it is told.
    reporters: ['verbose'],
    pool: 'forks',
    // One after the other: they share what Stripe allows an account in a second.
    fileParallelism: false,
    testTimeout: 20 * MINUTE_MS,
    hookTimeout: 5 * MINUTE_MS,
  },
});
