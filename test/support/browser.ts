import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { present } from './programs.js';

/**
 * Debian's Chromium; where it is there, its shell without a window (`chromium-headless-shell`), which renders the same and takes
 * half the processor.
 */
const CHROMIUM =
  process.env['CHROMIUM'] ??
  ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path)) ??
  '/usr/bin/chromium';

/** For `describe.skipIf(!hasChromium())`. */
export const hasChromium = (): boolean => present(`chromium (${CHROMIUM})`, existsSync(CHROMIUM));

const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

/** A browser as somebody has it: cookies of their own, and nothing that went wrong unseen. */
export interface Profile {
  readonly context: BrowserContext;
  /** The first page. */
  readonly page: Page;
  newPage(): Promise<Page>;
  /** Complaints that this test expects, by a part of their words. */
  expects(complaint: RegExp): void;
  /** What went wrong so far and was not expected. */
  problems(): readonly string[];
  /** Forgets what went wrong so far, and returns it. */
  takeProblems(): readonly string[];
}

export interface Browsers {
  /** `site`: the only address that may be asked for anything. */
  newProfile(site: string, options?: BrowserContextOptions): Promise<Profile>;
}

/**
 * One Chromium for all tests of a file. Profiles end with their test, which fails if any page of theirs complained on the
 * console (a violated Content-Security-Policy does), threw, got no or a failing answer for something it asked for, or asked
 * anybody but the site.
 */
export function useBrowser(): Browsers {
  let browser: Browser | undefined;
  let profiles: Profile[] = [];
  beforeAll(async () => {
    if (existsSync(CHROMIUM)) browser = await launch();
  });
  afterEach(async () => {
    const problems = profiles.flatMap((profile) => profile.problems());
    await Promise.all(profiles.map(({ context }) => context.close()));
    profiles = [];
    expect(problems, 'what the browser complained about').toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    newProfile: async (site, options) => {
      if (browser === undefined) throw new Error('there is no browser');
      const profile = await openProfile(browser, site, options);
      profiles.push(profile);
      return profile;
    },
  };
}

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: QUIET });

export async function openProfile(browser: Browser, site: string, options?: BrowserContextOptions): Promise<Profile> {
  const context = await browser.newContext({ baseURL: site, serviceWorkers: 'block', ...options });
  context.setDefaultTimeout(60_000);
  const expected: RegExp[] = [];
  let seen: string[] = [];
  watch(context, site, (problem) => seen.push(problem));
  const problems = () => seen.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
  return {
    ...{ context, page: await context.newPage(), newPage: () => context.newPage() },
    ...{ problems, expects: (pattern) => void expected.push(pattern) },
    takeProblems: () => {
      const taken = problems();
      seen = [];
      return taken;
    },
  };
}

function watch(context: BrowserContext, site: string, tell: (problem: string) => void): void {
  context.on('console', (message) => {
    // Told with its address by the answer itself; and a form that is shown again with its mistakes is no failure.
    if (message.text().startsWith('Failed to load resource')) return;
    if (['error', 'warning'].includes(message.type())) tell(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => tell(`script: ${error.error().message}`));
  context.on('request', (request) => {
    const isOurs = new URL(request.url()).origin === new URL(site).origin || /^(data|blob|about):/.test(request.url());
    if (!isOurs) tell(`asked somebody else: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that was left before it was there; a download.
    if (why === 'net::ERR_ABORTED') return;
    tell(`no answer: ${request.method()} ${request.url()} (${why})`);
  });
  context.on('response', (response) => {
    const fails = response.status() >= (response.request().isNavigationRequest() ? 500 : 400);
    if (fails) tell(`${response.status()}: ${response.request().method()} ${response.url()}`);
  });
}

/** A passkey device that belongs to a page, and says yes at once. The site must be called by a name (`host: 'localhost'`). */
export interface Authenticator {
  /** How many passkeys it holds. */
  count(): Promise<number>;
  /** From now on nobody touches it, so that asking it ends in a refusal. */
  refuse(): Promise<void>;
  remove(): Promise<void>;
}

export async function addAuthenticator(page: Page): Promise<Authenticator> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  return {
    count: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    refuse: async () =>
      void (await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })),
    remove: async () => void (await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })),
  };
}
