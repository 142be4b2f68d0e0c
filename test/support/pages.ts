import { type Page } from 'playwright-core';
import { Mails } from '../../src/platform/mail/mails.js';
import { paths } from '../../src/platform/paths.js';
import { type TestApp } from './app.js';
import { mailTo } from './mailbox.js';
import { type Who, type World } from './world.js';

/** A page of the site as somebody finds it. */
export interface SeenPage {
  /** Also the name of its pictures. */
  readonly name: string;
  readonly who: Who;
  /** With something in it, with nothing yet, or with what went wrong. */
  readonly state: 'full' | 'empty' | 'error';
  /** Where it is; may first make what the page needs. */
  readonly address: string | ((world: World, test: TestApp) => string | Promise<string>);
  /** Its status, if not 200. */
  readonly status?: number;
  /** What happens before it is looked at: a menu is opened, a form sent with mistakes. */
  readonly then?: (page: Page) => Promise<void>;
}

/** Every page of the site, for the pictures (`npm run screenshots`) and for axe. A new page gets a line here. */
export const seenPages: readonly SeenPage[] = [
  { name: 'mailbox-empty', who: 'anonymous', state: 'empty', address: paths.mailbox },
  { name: 'home', who: 'anonymous', state: 'full', address: paths.home },
  { name: 'home-signed-in', who: 'admin', state: 'full', address: paths.home },
  {
    ...{ name: 'account-menu', who: 'admin', state: 'full', address: paths.home },
    then: (page) => page.locator('.site-header summary').click(),
  },
  { name: 'not-found', who: 'anonymous', state: 'error', address: '/no/such/page', status: 404 },
  { name: 'mail', who: 'anonymous', state: 'full', address: aMail },
  { name: 'mailbox', who: 'anonymous', state: 'full', address: paths.mailbox },
];

async function aMail(_world: World, test: TestApp): Promise<string> {
  const letter = {
    ...{ subject: 'Join acme on Propolis', because: 'You get this mail because ada invited this address.' },
    paragraphs: ['ada invites you to acme, with the role write.', 'The invitation ends in seven days.'],
    action: { label: 'Join acme', url: `${test.url}${paths.acceptInvitation('a'.repeat(43))}` },
    facts: [
      ['Organization', 'acme'],
      ['Role', 'write'],
    ] as const,
  };
  const to = 'somebody@example.org';
  await test.db.transaction((tx) => test.app.get(Mails).send(tx, { to, cause: `pages ${Date.now()}`, letter }));
  return paths.mail((await mailTo(test, to, /acme/)).id);
}
