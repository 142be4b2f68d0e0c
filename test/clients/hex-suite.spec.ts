import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase } from '../support/database.js';
import { clean, clientHome, mixHome, present, run, type Service, startService } from '../support/programs.js';
import { expectNoAccessControl, namesOf, needAnOrdinaryUser, needOtp27 } from './hex-suite.js';

// The Hex client's own integration tests against the service. Where their checkout is HEX_SUITE says; how it is prepared,
// docs/client-test-mode.md. Their client knows one address, port and key.

const suite = process.env['HEX_SUITE'] ?? '';
const MINUTES = 30;

describe.skipIf(!present('a checkout of the Hex client’s own tests (HEX_SUITE)', suite !== ''))(
  'the Hex client',
  () => {
    let dataDir: string;
    let home: Awaited<ReturnType<typeof clientHome>>;
    let service: Service;

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'propolis-hex-suite-'));
      home = await clientHome();
      service = await startService({
        ...{ NODE_ENV: 'test', CLIENT_TEST_MODE: 'true', BILLING: 'off', LOG_LEVEL: 'warn', DATA_DIR: dataDir },
        ...{ PORT: '4043', PUBLIC_URL: 'http://localhost:4043', DATABASE_URL: await cloneDatabase() },
        SIGNING_KEY_FILE: join(suite, 'test/fixtures/test_priv.pem'),
      });
    });

    afterAll(async () => {
      await service?.stop();
      await home?.remove();
      await rm(dataDir, { recursive: true, force: true });
    });

    test(
      'passes its own integration tests, but for those that are declared',
      async () => {
        // Not HEX_HOME: what is set in the environment their tests take for settings of theirs.
        const env = clean({
          ...{
            HOME: home.home,
            MIX_HOME: mixHome(),
            MIX_ENV: 'test',
            MIX_REBAR3: process.env['MIX_REBAR3'] ?? 'rebar3',
          },
        });
        const { output } = await run('mix', ['test', '--include', 'integration'], {
          ...{ cwd: suite, env, seconds: MINUTES * 60 },
        });
        const left = [expectNoAccessControl, ...((await hasJson()) ? [] : [needOtp27])];
        const declared = namesOf(...left, ...(process.getuid?.() === 0 ? [needAnOrdinaryUser] : []));
        const failed = [...output.matchAll(/^ +\d+\) (test .+ \([\w.]+\))$/gm)].map((match) => match[1]!);
        const [, tests, failures] = /^(\d+) tests, (\d+) failures?(?:, \d+ skipped)?$/m.exec(output) ?? [];
        console.log(
          `the Hex client's own tests: ${tests} run, ${failures} failed, ${declared.length} of them declared`,
        );
        // Without a summary, or with tests that could not even be set up (`invalid`), something else is wrong.
        expect(Number(tests), output.slice(-5000)).toBeGreaterThan(500);
        expect(failed.toSorted(), output.slice(-50_000)).toEqual(declared.toSorted());
        expect(Number(failures)).toBe(declared.length);
      },
      (MINUTES + 1) * 60_000,
    );
  },
);

/** What their client looks for, too. */
const hasJson = async (): Promise<boolean> =>
  (await run('elixir', ['-e', 'IO.puts(Code.ensure_loaded?(:json))'])).output.trim() === 'true';
