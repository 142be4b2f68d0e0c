import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type KeptMail } from '../../src/platform/mail/local-mailbox.js';
import { type TestApp } from './app.js';
import { eventually } from './http.js';

export interface ReceivedMail extends KeptMail {
  /** The first address in the text, with its host; empty where there is none. */
  readonly link: string;
}

type WithMail = Pick<TestApp, 'db' | 'config'>;

/** What {@link mailTo} has already returned, so that a second mail is not mistaken for the first. */
const read = new Map<string, Set<string>>();
const readIn = ({ config }: WithMail): Set<string> => {
  const known = read.get(config.dataDir) ?? new Set();
  read.set(config.dataDir, known);
  return known;
};

/** Waits for a mail to this address that has not been returned before; the newest if there are several. `about` narrows by subject. */
export async function mailTo(test: WithMail, address: string, about = /(?:)/): Promise<ReceivedMail> {
  const seen = readIn(test);
  const unread = async () => (await mailsIn(test)).filter((mail) => mail.to === address && !seen.has(mail.id));
  const matching = async () => (await unread()).filter(({ subject }) => about.test(subject));
  const [mail] = await eventually(matching, (mails) => mails.length > 0, 30_000);
  expect(mail, `a mail to ${address} about ${about}`).toBeDefined();
  seen.add(mail!.id);
  return mail!;
}

/** All mails to this address once everything in the outbox has been sent, the newest first. For saying that there are none. */
export async function allMailsTo(test: WithMail, address: string): Promise<ReceivedMail[]> {
  const waiting = () => test.db.query<unknown[]>(`select 1 from mails where state = 'waiting'`);
  expect(await eventually(waiting, (rows) => rows.length === 0, 30_000), 'mails that still wait').toEqual([]);
  return (await mailsIn(test)).filter((mail) => mail.to === address);
}

/** By file: a mail does not change, and there may be hundreds while one more is waited for. */
const opened = new Map<string, ReceivedMail>();

/** The newest first, as the names of the files have it. */
async function mailsIn({ config }: Pick<TestApp, 'config'>): Promise<ReceivedMail[]> {
  const directory = join(config.dataDir, 'mailbox');
  const names = await readdir(directory).catch(() => []);
  const mails = names.filter((name) => name.endsWith('.json')).toSorted();
  return Promise.all(mails.toReversed().map((name) => open(join(directory, name))));
}

async function open(path: string): Promise<ReceivedMail> {
  const known = opened.get(path);
  if (known !== undefined) return known;
  const mail = JSON.parse(await readFile(path, 'utf8')) as KeptMail;
  const received = { ...mail, link: /https?:\/\/\S+/.exec(mail.text)?.[0] ?? '' };
  opened.set(path, received);
  return received;
}
