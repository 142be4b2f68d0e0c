import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../../src/platform/paths.js';
import { Browsing } from '../support/browsing.js';
import { ask, eventually } from '../support/http.js';
import { clientHome, hasHexClient, hasRebar3, run, type Service, startService } from '../support/programs.js';
import { tarball } from '../support/tarballs.js';

/** The service with nothing set but where to keep its data: embedded Postgres, files, generated keys, demo. */
let dataDir: string;
let service: Service;
const [rebar3, hexClient] = [await hasRebar3(), await hasHexClient()];
const start = async () => (service = await startService({ DATA_DIR: dataDir, LOG_LEVEL: 'info' }));

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'propolis-first-'));
  await start();
});

afterAll(async () => {
  await service?.kill();
  await rm(dataDir, { recursive: true, force: true });
});

/** The shell lines printed under a heading. */
function lines(heading: string): string {
  const [, block] = new RegExp(`# --- ${heading} ---\n([\\s\\S]*?)\n\n(?:# ---|Stop)`).exec(service.output()) ?? [];
  expect(block, service.output()).toBeDefined();
  return block!;
}

/** Of each thread, the first one first; see proc(5), field 19 of `stat`. */
async function nicenesses(pid: number): Promise<number[]> {
  const others = (await readdir(`/proc/${pid}/task`)).map(Number).filter((id) => id !== pid);
  const threads = [pid, ...others];
  // One may end meanwhile.
  const stats = await Promise.all(
    threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, 'utf8').catch(() => null)),
  );
  return stats.flatMap((stat) => stat ?? []).map((stat) => Number(stat.replace(/^.*\) /, '').split(' ')[16]));
}

const keys = () => [...new Set(service.output().match(/prp_[0-9A-Za-z]{38}/g))];

async function paste(heading: string) {
  const { home, env, remove } = await clientHome();
  try {
    return await run('sh', ['-e', '-c', lines(heading)], { cwd: home, env, seconds: 100 });
  } finally {
    await remove();
  }
}

describe('a first start', () => {
  test('prints where it is, who is there and what to paste', () => {
    expect(service.output()).toMatch(/Propolis is ready: {2}http:\/\/localhost:\d+/);
    for (const name of ['ada (admin)', 'wim (write)', 'rea (read)', 'acme_hello 1.0.0'])
      expect(service.output()).toContain(name);
    expect(keys()).toHaveLength(2);
  });

  test('serves site, API and repository on one port', async () => {
    const page = await ask(service.url, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type'), page.body]).toEqual([
      200,
      'text/html; charset=utf-8',
      expect.stringContaining('<h1>'),
    ]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await ask(`${service.url}/api`)).status).toBe(200);
    expect((await ask(`${service.url}/repo/public_key`)).status).toBe(200);
    expect((await ask(`${service.url}/health/ready`)).body).toBe('ok\n');
    const absent = await ask(`${service.url}/no/such/page`, { headers: { accept: 'text/html' } });
    expect([absent.status, absent.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });

  test.runIf(process.platform === 'linux')(
    'lets fetches go first: its event loop before its helpers and its Postgres',
    async () => {
      const server = Number(
        (await readFile(join(dataDir, 'postgres/cluster/pgdata/postmaster.pid'), 'utf8')).split('\n')[0],
      );
      const own = getPriority();
      const [loop, ...helpers] = await nicenesses(service.child.pid!);
      expect([loop, [...new Set(helpers)]]).toEqual([own, [Math.min(own + 10, 19)]]);
      expect(helpers.length).toBeGreaterThanOrEqual(4);
      expect(await nicenesses(server)).toEqual([Math.min(own + 10, 19)]);
    },
  );

  test('keeps its secrets to itself', async () => {
    for (const name of ['demo.json', 'secrets/secret-key', 'secrets/signing-key.pem', 'secrets/token-key.pem'])
      expect([name, (await stat(join(dataDir, name))).mode & 0o077]).toEqual([name, 0]);
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
    const logged = service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n');
    for (const key of keys()) expect(logged).not.toContain(key);
  });

  test('takes cards for its demo organization, by the sandbox whose address is printed', async () => {
    const [, sandbox = ''] = /Payments go to a sandbox.*(http:\/\/127\.0\.0\.1:\d+)/.exec(service.output()) ?? [];
    const [, password = ''] = /ada \(admin\) +(\S+)/.exec(service.output()) ?? [];
    const ada = new Browsing(service.url);
    await ada.post('/login', { login: 'ada', password });
    expect((await ada.get(paths.billing('acme'))).text).toContain('Subscribe');
    const details = { kind: 'person', name: 'Ada', email: 'ada@example.org', country: 'US' };
    await ada.submit(paths.billingDetails('acme'), details);
    const card = await ada.get(paths.billingCard('acme'));
    expect(card.text).toContain(`src="${sandbox}/endive/stripe.js"`);
    const policy = card.headers.get('content-security-policy');
    expect(policy).toMatch(new RegExp(`script-src [^;]*${sandbox}[ ;]`));
    expect(policy).toMatch(new RegExp(`frame-src [^;]*${sandbox}`));
    const script = await fetch(`${sandbox}/endive/stripe.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([200, expect.stringMatching(/javascript/)]);
    expect(await (await fetch(sandbox)).text()).toContain('ada@example.org');
  });

  test.skipIf(!rebar3)('the printed rebar3 lines, pasted, fetch and run the demo package', async () => {
    const { code, output } = await paste('fetch it with rebar3');
    expect([code, output]).toEqual([0, expect.stringContaining('Hello rebar3, from a private package')]);
  });

  test.skipIf(!hexClient)(
    'the printed mix lines, pasted, fetch and run the demo package',
    async () => {
      const { code, output } = await paste('fetch it with mix');
      expect([code, output]).toEqual([0, expect.stringContaining('Hello mix, from a private package')]);
    },
    100_000,
  );
});

describe('later starts', () => {
  test('after SIGTERM: exit 0, and the data is reused', async () => {
    const [before, notes] = [keys(), await readFile(join(dataDir, 'demo.json'), 'utf8')];
    expect(await service.stop()).toBe(0);
    await start();
    expect([keys(), await readFile(join(dataDir, 'demo.json'), 'utf8')]).toEqual([before, notes]);
    const index = `${service.url}/repo/repos/acme/packages/acme_hello`;
    expect((await ask(index, { key: before[0]! })).status).toBe(200);
  });

  test('after kill -9: starts again at once, with everything', async () => {
    const [fetchKey] = keys();
    expect(await service.kill()).toBe('SIGKILL');
    await start();
    const tarball = `${service.url}/repo/repos/acme/tarballs/acme_hello-1.0.0.tar`;
    expect((await ask(tarball, { key: fetchKey! })).status).toBe(200);
    expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
  });

  test('a second service on the same data is refused with words', async () => {
    const second = await startService({ DATA_DIR: dataDir }, { waitForReady: false });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(String(service.child.pid));
    expect(second.output()).not.toMatch(/^\s+at /m);
  });

  test('wrong settings stop the start and are told all at once', async () => {
    const wrong = await startService({ DATA_DIR: dataDir, PORT: 'http', LOG_LEVEL: 'loud' }, { waitForReady: false });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toMatch(/PORT: .*\n.*LOG_LEVEL: /);
  });

  test('SIGTERM lets a running publish finish, index and all, then exits 0', async () => {
    const bytes = await tarball({ name: 'last_words' });
    const upload = request(`${service.url}/api/repos/acme/publish`, {
      method: 'POST',
      headers: {
        authorization: keys()[1]!,
        'user-agent': 'tests',
        accept: 'application/json',
        'content-length': bytes.length,
      },
    });
    const answered = new Promise<number>((resolve, reject) => {
      upload.on('response', (response) => resolve(response.resume().statusCode!)).on('error', reject);
    });
    upload.write(bytes.subarray(0, 100));
    const begun = await eventually(
      () => readdir(join(dataDir, 'tmp')),
      (files) => files.length > 0,
      30_000,
    );
    expect(begun).not.toEqual([]);
    const code = service.stop();
    const said = await eventually(
      async () => service.output(),
      (output) => output.includes('stopping'),
      30_000,
    );
    expect(said).toContain('stopping');
    upload.end(bytes.subarray(100));
    expect(await answered).toBe(201);
    expect(await code).toBe(0);
  });
});
