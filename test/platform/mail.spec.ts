import { readdir, stat } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { Jobs } from '../../src/platform/jobs.js';
import { type Letter } from '../../src/platform/mail/letter.js';
import { MailDelivery } from '../../src/platform/mail/mail-delivery.js';
import { Mails } from '../../src/platform/mail/mails.js';
import { freePort, startApp, type TestApp, useApp } from '../support/app.js';
import { cloneDatabase } from '../support/database.js';
import { eventually } from '../support/http.js';
import { allMailsTo, mailTo } from '../support/mailbox.js';
import { startRelay, type Relay } from '../support/relay.js';

const SECRET = 'canary-0123456789';
const letter: Letter = {
  subject: 'Réset your password',
  paragraphs: ['Somebody, hopefully you, <asked> for a new password & wants it now, which takes more than one line.'],
  action: { label: 'Choose a password', url: `https://hex.example.org/password/reset?token=${SECRET}&x=1` },
  facts: [['Device', 'Firefox "on" Linux']],
  afterwards: ['It works for one hour.'],
  because: 'You get this mail because this address belongs to an account.',
};

const send = (app: TestApp, to: string, cause = 'test', saying = letter): Promise<void> =>
  app.db.transaction((tx) => app.app.get(Mails).send(tx, { to, cause, letter: saying }));

interface Row {
  state: string;
  problem: string | null;
  content: Buffer | null;
}
const rows = (app: TestApp): Promise<Row[]> => app.db.query(`select state, problem, content from mails order by id`);
const settled = (app: TestApp): Promise<Row[]> =>
  eventually(
    () => rows(app),
    (all) => all.length > 0 && all.every(({ state }) => state !== 'waiting'),
    15_000,
  );
const tried = (app: TestApp): Promise<{ last_error: string }[]> =>
  eventually(
    () => app.db.query(`select last_error from graphile_worker.jobs where last_error is not null`),
    (jobs) => jobs.length > 0,
    30_000,
  );

describe('through a relay', () => {
  const started: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of started.splice(0).toReversed()) await one.stop();
  });

  async function relay(options: SMTPServerOptions = {}, port?: number): Promise<Relay> {
    const one = await startRelay(options, port);
    started.push(one);
    return one;
  }
  async function appFor(port: number, { login = '', query = '', databaseUrl = '' } = {}): Promise<TestApp> {
    const one = await startApp({
      env: { SMTP_URL: `smtp://${login}127.0.0.1:${port}${query}`, MAIL_FROM: 'Hex at Work <hex@example.org>' },
      ...(databaseUrl !== '' && { databaseUrl }),
      failingJobs: 'mail.send',
    });
    started.push(one);
    return one;
  }
  const refusing = (step: 'onRcptTo' | 'onMailFrom' | 'onData', code: number): SMTPServerOptions => ({
    [step]: (_what: unknown, _session: unknown, done: (error: Error) => void) =>
      done(Object.assign(new Error(`5.1.1 no such person`), { responseCode: code })),
  });

  test('a mail arrives with both parts, by STARTTLS, under our name', async () => {
    const post = await relay();
    const app = await appFor(post.port);
    await send(app, 'ada@example.org');
    expect(await settled(app)).toEqual([{ state: 'sent', problem: null, content: null }]);
    const [{ mail, secure }] = post.mails as [Relay['mails'][number]];
    expect([secure, mail.subject, mail.from?.text, (mail.to as { text: string }).text]).toEqual([
      ...[true, letter.subject, '"Hex at Work" <hex@example.org>', 'ada@example.org'],
    ]);
    expect(mail.text).toContain(`Choose a password:\n${letter.action!.url}\n`);
    expect(mail.text!.split('\n').filter((line) => line.length > 76 && !line.startsWith('https:'))).toEqual([]);
    expect(mail.html).toContain(`href="${letter.action!.url.replace('&', '&amp;')}"`);
    expect(mail.html).toContain('&lt;asked> for a new password &amp; wants');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@localhost>$/);
  });

  test('the login of the settings is used; a wrong one is retried and tells no secret', async () => {
    const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _session, done) =>
      password === 'p@ss:word' ? done(null, { user: username }) : done(new Error(`wrong: ${password}`));
    const post = await relay({ authOptional: false, onAuth });
    await send(await appFor(post.port, { login: 'relay%40us:p%40ss%3Aword@' }), 'ada@example.org');
    await eventually(
      async () => post.mails.length,
      (count) => count > 0,
      30_000,
    );
    expect(post.mails.map(({ user }) => user)).toEqual(['relay@us']);
    const wrong = await appFor(post.port, { login: 'relay:canary-password@' });
    await send(wrong, 'ada@example.org');
    const [job] = await tried(wrong);
    expect(job!.last_error).toContain('the mail relay refused the login: 535');
    expect((await rows(wrong)).map(({ state }) => state)).toEqual(['waiting']);
    expect(job!.last_error + wrong.log()).not.toMatch(/canary/);
  });

  test('where TLS is required, a relay without it or with a name it cannot prove gets nothing', async () => {
    const cases = [
      [{ disabledCommands: ['STARTTLS'] }, /refused STARTTLS: 500/],
      [{}, /could not be used: .*certificate/],
    ] as const;
    for (const [options, why] of cases) {
      const post = await relay({ ...options } as SMTPServerOptions);
      const app = await appFor(post.port, { query: '?tls=required' });
      await send(app, 'ada@example.org');
      expect((await tried(app))[0]!.last_error).toMatch(why);
      expect([post.mails, (await rows(app))[0]!.state]).toEqual([[], 'waiting']);
    }
  });

  test('a relay that is down gets the mail when it is up again, and meanwhile it lies sealed', async () => {
    const port = await freePort();
    const app = await appFor(port);
    await send(app, 'ada@example.org');
    const [job] = await tried(app);
    expect(job!.last_error).toContain('could not be used: connect ECONNREFUSED');
    const [{ content }] = await app.db.query<[{ content: Buffer }]>('select content from mails');
    expect(content.includes('canary') || content.includes('password')).toBe(false);
    expect(JSON.stringify(await app.db.query(`select * from graphile_worker._private_jobs`))).not.toContain('canary');
    const post = await relay({}, port);
    expect(await settled(app)).toEqual([{ state: 'sent', problem: null, content: null }]);
    expect(post.mails).toHaveLength(1);
    expect(app.log()).not.toContain('canary');
  });

  test('a recipient refused for good fails once, with the reason; a refusal for now is tried again', async () => {
    const never = await appFor((await relay(refusing('onRcptTo', 550))).port);
    await send(never, 'nobody@example.org');
    expect(await settled(never)).toEqual([
      { state: 'failed', problem: 'the mail relay refused the recipient: 550 5.1.1 no such person', content: null },
    ]);
    const message = await appFor((await relay(refusing('onData', 554))).port);
    await send(message, 'ada@example.org');
    expect((await settled(message))[0]!.problem).toBe('the mail relay refused the message: 554');
    for (const options of [refusing('onRcptTo', 450), refusing('onMailFrom', 550)]) {
      const later = await appFor((await relay(options)).port);
      await send(later, 'ada@example.org');
      expect((await tried(later))[0]!.last_error).toMatch(/the mail relay refused the (recipient: 450|sender: 550)/);
      expect((await rows(later))[0]!.state).toBe('waiting');
    }
  }, 60_000);

  test('after two days of failures a mail is given up and its content goes', async () => {
    const app = await appFor(await freePort());
    await send(app, 'ada@example.org');
    await tried(app);
    app.clock.advance(2 * 24 * 60 * 60 * 1000);
    expect(await settled(app)).toEqual([
      { state: 'failed', problem: expect.stringContaining('could not be used'), content: null },
    ]);
  });

  test('two processes that take the same mail at once send it once', async () => {
    let holding = 0;
    const slow = relay({ onRcptTo: (_to, _session, done) => void (holding++, setTimeout(done, 400)) });
    const [post, databaseUrl] = [await slow, await cloneDatabase()];
    const [one, two] = [await appFor(post.port, { databaseUrl }), await appFor(post.port, { databaseUrl })];
    await send(one, 'ada@example.org');
    await eventually(
      async () => holding,
      (count) => count > 0,
      30_000,
    );
    // The job of the running delivery, once more, as after a wrong guess that its worker is gone.
    const [{ id }] = await one.db.query<[{ id: string }]>('select id from mails');
    const delivery = two.app.get(MailDelivery);
    await Promise.all([delivery.deliver(id), delivery.deliver(id)]);
    expect(await settled(one)).toEqual([{ state: 'sent', problem: null, content: null }]);
    expect([post.mails.length, holding]).toEqual([1, 1]);
  });
});

test('a relay that does not answer holds two workers up, and no more', async () => {
  const waiting = new Set<Socket>();
  const silent = createServer((socket) => void waiting.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const app = await startApp({ env: { SMTP_URL: `smtp://127.0.0.1:${port}` }, failingJobs: 'mail.send' });
  try {
    for (const number of [1, 2, 3, 4, 5, 6]) await send(app, `ada${number}@example.org`);
    await eventually(
      async () => waiting.size,
      (count) => count === 2,
      30_000,
    );
    // The others have had time to begin as well.
    await app.app.get(Jobs).enqueue(app.db, 'rate-limits.sweep', {}, { key: 'later than the mails' });
    const later = () =>
      app.db.query<unknown[]>(`select 1 from graphile_worker.jobs where key = 'later than the mails'`);
    expect(await eventually(later, (jobs) => jobs.length === 0, 30_000)).toEqual([]);
    expect(waiting.size).toBe(2);
  } finally {
    silent.close();
    for (const socket of waiting) socket.destroy();
    await app.stop();
  }
});

describe('the outbox', () => {
  const app = useApp();

  test('one cause, one mail for an address, however written; another address and another cause are others', async () => {
    for (const to of ['ada@example.org', 'Ada@Example.org', 'bob@example.org']) await send(app, to, 'cause 1');
    await send(app, 'ada@example.org', 'cause 2');
    await Promise.all([1, 2, 3].map(() => send(app, 'eve@example.org', 'cause 3')));
    expect(await allMailsTo(app, 'ada@example.org')).toHaveLength(2);
    expect(await allMailsTo(app, 'eve@example.org')).toHaveLength(1);
    expect(await rows(app)).toHaveLength(4);
  });

  test('what is rolled back sends nothing', async () => {
    const rolledBack = app.db.transaction(async (tx) => {
      await app.app.get(Mails).send(tx, { to: 'zoe@example.org', cause: 'rolled back', letter });
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(await allMailsTo(app, 'zoe@example.org')).toEqual([]);
  });

  test.each([
    'ada@example.org\r\nBcc: eve@example.org',
    'ada@example.org, eve@example.org',
    'Ada <ada@example.org>',
    'ada',
    'ada@',
    `${'a'.repeat(60)}@${'b'.repeat(240)}`,
  ])('%j is not an address', async (to) => {
    await expect(send(app, to)).rejects.toMatchObject({ kind: 'invalid', fields: { email: expect.any(String) } });
  });

  test('a name with a line end in the subject makes no header', async () => {
    await send(app, 'sue@example.org', 'subject', {
      ...letter,
      subject: 'You are invited to x\r\nBcc: eve@example.org',
    });
    expect((await mailTo(app, 'sue@example.org')).subject).toBe('You are invited to x Bcc: eve@example.org');
  });

  test('an action that is not a web address is a fault', async () => {
    const evil = { ...letter, action: { label: 'Go', url: 'javascript:alert(1)' } };
    await expect(send(app, 'sue@example.org', 'evil', evil)).rejects.toThrow(TypeError);
  });

  test('the local mailbox shows the link, newest first, to its owner only', async () => {
    await send(app, 'max@example.org', 'first');
    expect((await mailTo(app, 'max@example.org')).link).toBe(letter.action!.url);
    await send(app, 'max@example.org', 'second', { ...letter, subject: 'Second' });
    expect((await mailTo(app, 'max@example.org')).subject).toBe('Second');
    expect((await allMailsTo(app, 'max@example.org')).map(({ subject }) => subject)).toEqual([
      'Second',
      letter.subject,
    ]);
    const directory = join(app.config.dataDir, 'mailbox');
    for (const name of ['.', ...(await readdir(directory))])
      expect([name, (await stat(join(directory, name))).mode & 0o077]).toEqual([name, 0]);
  });

  test('rows go after thirty days', async () => {
    await app.db.query(`update mails set created_at = created_at - interval '31 days' where cause = 'first'`);
    await app.db.query(`update graphile_worker._private_jobs set run_at = now() where key = 'mail.sweep'`);
    const left = () => app.db.query<{ cause: string }[]>(`select cause from mails where cause in ('first', 'second')`);
    expect(await eventually(left, (all) => all.length < 2, 30_000)).toEqual([{ cause: 'second' }]);
  });
});
