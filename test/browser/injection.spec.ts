import { type Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { type Organization } from '../../src/organizations/organization.entity.js';
import { useApp } from '../support/app.js';
import { hasChromium, type Profile, useBrowser } from '../support/browser.js';
import { injections } from '../support/injections.js';
import { publish } from '../support/http.js';
import { api, keyOf, team, type Team } from '../support/people.js';
import { logIn } from '../support/world.js';

/**
 * 200 strings that want to be scripts, in everything that somebody else can write: names, descriptions, links, readmes, messages,
 * profiles, keys, user agents, addresses of pages. The browser is told to ignore our Content-Security-Policy, so that what is shown
 * here is the escaping alone; with the policy (every other browser test) a script would be stopped once more.
 */
describe.skipIf(!hasChromium())('nothing that anybody writes runs', () => {
  const app = useApp();
  const browsers = useBrowser();
  let acme: Team;
  let organization: Organization;

  beforeAll(async () => {
    acme = await team(app);
    organization = acme.organization;
    await planted();
  }, 120_000);

  /** A browser in which anything that runs is heard of. */
  async function listening(): Promise<{ profile: Profile; page: Page; ran: string[] }> {
    const profile = await browsers.newProfile(app.url, { bypassCSP: true });
    const ran: string[] = [];
    await profile.context.exposeFunction('heard', (what: string) => void ran.push(what));
    await profile.context.addInitScript(
      `Object.assign(globalThis, { judge: ${String(judge)}, framed: ${String(framed)} })`,
    );
    await profile.context.addInitScript(() => {
      const hear = (what: unknown) => void (globalThis as unknown as { heard(what: string): void }).heard(String(what));
      Object.assign(globalThis, { alert: hear, confirm: hear, prompt: hear, print: hear });
    });
    profile.page.on('dialog', (dialog) => {
      ran.push(dialog.message());
      void dialog.dismiss();
    });
    await logIn(app, profile, acme.people.admin);
    return { profile, page: profile.page, ran };
  }

  /** Opens a page, and says what of it could run. */
  async function suspicious(page: Page, path: string): Promise<string[]> {
    await page.goto(path);
    return page.evaluate(() => judge(document));
  }

  /** What people write, as rows: what the verbs refuse today an older version may have let through. */
  async function planted(): Promise<void> {
    const { db } = app;
    const [admin, reader] = [acme.people.admin, acme.people.read];
    await db.query(
      `insert into users (name, full_name, website, created_at, updated_at)
       select 'mallory' || n, text, text, now(), now() from unnest($1::text[]) with ordinality as t (text, n)`,
      [storable],
    );
    await db.query(
      `insert into members (organization_id, user_id, role, created_at, updated_at)
       select $1, id, 'read', now(), now() from users where name like 'mallory%'`,
      [organization.id],
    );
    await db.query(
      `insert into keys (user_id, name, secret_hash, permissions, last_used_at, last_used_ip, last_used_agent, created_at, updated_at)
       select $1, text, decode(md5(text), 'hex'), '[{"domain":"repositories","resource":null}]', now(), text, text, now(), now()
       from unnest($2::text[]) as text`,
      [admin.id, storable],
    );
    await db.query(
      `insert into keys (organization_id, name, secret_hash, permissions, last_used_at, last_used_agent, created_at, updated_at)
       select organization, name, secret_hash || '\\x01'::bytea, permissions, now(), last_used_agent, now(), now()
       from keys, (select $1::bigint as organization) o where user_id = $2`,
      [organization.id, admin.id],
    );
    await db.query(
      `insert into sessions (user_id, token_hash, method, proved_at, ip, user_agent, created_at, last_used_at, expires_at)
       select $1, decode(md5(text), 'hex'), text, now(), text, text, now(), now(), now() + interval '1 day'
       from unnest($2::text[]) as text`,
      [admin.id, storable],
    );
    const entries = storable.map((text) => ({
      ...{ action: 'release.publish', actorKind: 'user', actorName: text, userId: reader.id, organizationId: null },
      ...{ keyId: null, keyName: text, subjectOrganizationId: organization.id, subjectUserId: admin.id },
      ...{ params: { package: text, [text]: text }, ip: text, userAgent: text, requestId: text, at: new Date() },
    }));
    await db.manager.insert(AuditEntry, entries);
    await db.query(
      `update organizations set display_name = $2, website = $3, contact_email = $2, about = $4 where id = $1`,
      [organization.id, storable[5], `javascript:alert(1)`, storable.join('\n').slice(0, 5000)],
    );
    await db.query(
      `insert into emails (user_id, address, is_primary, is_public, verified_at, created_at)
       select $1, text, false, false, now(), now() from unnest($2::text[]) as text`,
      [admin.id, storable.slice(0, 50)],
    );
    await packages();
  }

  /** A package whose every word is hostile, with a release for each string: its readme, description, link, licence, message. */
  async function packages(): Promise<void> {
    const key = await keyOf(app, acme.people.write, api());
    expect((await publish(app.url, acme.name, key, { name: 'wax', files: { 'README.md': '# wax' } })).status).toBe(201);
    const { db } = app;
    const about = (text: string) => ({
      ...{ description: text, licenses: [text], links: { [text]: text, site: 'javascript:alert(1)' } },
      ...{ maintainers: [text], extra: { [text]: text } },
    });
    for (const [index, text] of storable.entries())
      await db.query(
        `with cloned as (
           insert into packages (repository_id, name, description, meta, revision, created_at, updated_at, latest_version, latest_stable_version)
           select repository_id, 'wax_' || $1, $2, $3, revision, now(), now(), '1.0.0', '1.0.0' from packages where name = 'wax'
           returning id
         ), released as (
           insert into releases (package_id, version, publisher_name, inner_checksum, outer_checksum, tarball_key, size, meta,
                                 retirement_reason, retirement_message, created_at, updated_at)
           select cloned.id, '1.0.0', $2, inner_checksum, outer_checksum, tarball_key, size, $4, 'other', $2, now(), now()
           from cloned, releases r join packages p on p.id = r.package_id where p.name = 'wax'
           returning id, outer_checksum
         ), asked as (
           insert into requirements (release_id, repository, name, app, requirement, optional)
           select id, 'hexpm', $2, $2, $2, false from released
         )
         insert into readmes (release_id, outer_checksum, path, body)
         select id, outer_checksum, 'README.md', $2 from released`,
        [index, text, about(text), { about: about(text), app: text, buildTools: [text], elixir: text }],
      );
  }

  test('on the pages that list what people wrote', { timeout: 120_000 }, async () => {
    const { profile, page, ran } = await listening();
    const own = [
      '/',
      '/account',
      '/account/emails',
      '/account/keys',
      '/account/sessions',
      '/account/activity',
      '/account/security',
    ];
    const theirs = ['', '/members', '/keys', '/audit', '/access', '/access?package=wax_3', '/settings'];
    const lists = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `/packages?page=${number}`);
    const all = [
      ...own,
      ...theirs.map((tab) => `/orgs/${acme.name}${tab}`),
      ...lists,
      '/users/mallory3',
      '/users/mallory30',
    ];
    for (const path of all) expect([path, await suspicious(page, path)]).toEqual([path, []]);
    expect(ran).toEqual([]);
    expect(profile.takeProblems()).toEqual([]);
  });

  /**
   * Fetches pages and opens them as frames of one, which is less work for the browser than going to each; and
   * without our own style and scripts, which take longer than all the rest.
   */
  async function inFrames(profile: Profile, paths: readonly string[]): Promise<[string, string[]][]> {
    const { page } = profile;
    await page.goto('/');
    return page.evaluate(async (paths) => {
      const seen: [string, string[]][] = [];
      for (const path of paths) {
        const answer = await fetch(path);
        const type = answer.headers.get('content-type') ?? '';
        const html = (await answer.text()).replaceAll(/<(link|script) [^<>]*"\/assets\/[\w.-]+"[^<>]*>/g, '');
        const frame = await framed(html);
        seen.push([path, type.startsWith('text/html') ? judge(frame.contentDocument!) : [type]]);
        frame.remove();
      }
      return seen;
    }, paths);
  }

  const nothingIn = (paths: readonly string[]) => paths.map((path) => [path, []]);

  test('in a readme, and in what a release says of itself', { timeout: 180_000 }, async () => {
    const { profile, ran } = await listening();
    const releases = storable.map((_text, index) => `/packages/${acme.name}/wax_${index}`);
    const all = [...releases, `/packages/${acme.name}/wax_0?tab=dependencies`];
    expect(await inFrames(profile, all)).toEqual(nothingIn(all));
    expect(ran).toEqual([]);
    expect(profile.takeProblems()).toEqual([]);
  });

  test('in an address: searches, codes, ways back', { timeout: 180_000 }, async () => {
    const { profile, ran } = await listening();
    profile.expects(/.*/);
    const address = (text: string, index: number) => {
      const word = encodeURIComponent(text);
      const audit = `/orgs/${acme.name}/audit?actor=${word}&action=${word}`;
      const places = [`/packages?search=${word}`, `/login?return=${word}`, audit, `/oauth/device?user_code=${word}`];
      return [...places, `/users/${word}`, `/sudo?return=${word}`][index % 6]!;
    };
    // Three at a time, one after the other in the same place: addresses are escaped as a whole.
    const threes = injections
      .filter((_text, index) => index % 3 === 0)
      .map((_text, index) => injections.slice(3 * index, 3 * index + 3));
    const all = threes.map((texts, index) => address(texts.join(' '), index));
    expect(await inFrames(profile, all)).toEqual(nothingIn(all));
    expect(ran).toEqual([]);
  });

  test('the listening works: a script that does run is heard', async () => {
    const { profile, page, ran } = await listening();
    profile.expects(/.*/);
    await page.goto('/');
    await page.evaluate(() => {
      document.querySelector('main')!.innerHTML = '<img src="data:," onerror="alert(1)">';
    });
    await expect.poll(() => ran).toEqual(['1']);
    const html = `<h1 style="color: red">x</h1><script>alert(2)</script><a href="java\nscript:alert(1)">x</a>`;
    expect(await page.evaluate(async (html) => judge((await framed(html)).contentDocument!), html)).toEqual([
      ...['H1 style', '<script>alert(2)</script>', 'href=java\nscript:alert(1)'],
    ]);
    await expect.poll(() => ran).toEqual(['1', '2']);
  });
});

/** In the browser: hovers and focuses what can be, and says what of the document could run. */
function judge(document: Document): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on') || name === 'style' || name === 'srcdoc') found.push(`${element.tagName} ${name}`);
      if (['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(name)) {
        // As this browser reads it, tabs and control characters left out.
        const scheme = URL.canParse(value, location.href) ? new URL(value, location.href).protocol : 'none:';
        if (!['http:', 'https:', 'mailto:'].includes(scheme)) found.push(`${name}=${value}`);
      }
    }
    const { src, href } = element as HTMLScriptElement & HTMLLinkElement;
    const source = element.localName === 'script' ? src : element.localName === 'link' ? href : undefined;
    const isOurs = typeof source === 'string' && source.startsWith(`${location.origin}/assets/`);
    if (/^(script|link|base|iframe|object|embed|style|template)$/i.test(element.tagName) && !isOurs)
      found.push(element.outerHTML.slice(0, 200));
    if (element.localName === 'meta' && element.hasAttribute('http-equiv')) found.push(element.outerHTML);
  }
  for (const element of document.querySelectorAll<HTMLElement>('main a, main button, main summary')) {
    element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    element.focus();
  }
  return found;
}

/** In the browser: a page as a frame of this one, once it is there. */
async function framed(html: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe');
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  frame.srcdoc = html;
  document.body.append(frame);
  await loaded;
  return frame;
}

/** Those that a row can hold. */
const storable = injections.filter((text) => !text.includes('\0'));

test('there are two hundred strings, and no two are the same', () => {
  expect(new Set(storable).size).toBeGreaterThan(200);
});
