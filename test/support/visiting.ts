import { type Browser, type Page } from 'playwright-core';
import { type TestApp } from './app.js';
import { tooWide, violations } from './axe.js';
import { openProfile, type Profile } from './browser.js';
import { type SeenPage } from './pages.js';
import { logIn, type Who, type World } from './world.js';

/** A window, and how its owner likes it. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

/** Goes through pages as different people. One profile a person, kept from page to page. */
export class Visits {
  private readonly profiles = new Map<Who, Profile>();

  constructor(
    private readonly browser: Browser,
    private readonly test: TestApp,
    private readonly world: World,
    /** Another site that pages may ask for something: Stripe's. */
    private readonly other?: string,
  ) {}

  /**
   * Opens a page once and looks at it in every view; `look` does something with it and its complaints. Returns all that is
   * wrong: a wrong status, what axe says, what the browser complained about, and whether it is wider than the window `fits`.
   */
  async visit(
    seen: SeenPage,
    views: readonly View[],
    look: (page: Page, view: View) => Promise<void> = async () => undefined,
    fits?: { readonly width: number; readonly height: number },
  ): Promise<string[]> {
    const profile = await this.profileOf(seen.who);
    const { page } = profile;
    const address = typeof seen.address === 'string' ? seen.address : await seen.address(this.world, this.test);
    const wrong: string[] = [];
    await show(page, views[0]!);
    const answer = await page.goto(address);
    if (answer?.status() !== (seen.status ?? 200)) wrong.push(`${address} answers ${answer?.status()}`);
    const landed = new URL(page.url());
    if (landed.pathname !== new URL(address, this.test.url).pathname)
      wrong.push(`${address} leads to ${landed.pathname}`);
    await seen.then?.(page);
    for (const [index, view] of views.entries()) {
      await show(page, view);
      await look(page, view);
      const again = views.slice(0, index).some(({ width }) => width === view.width);
      for (const violation of await violations(page, again)) wrong.push(`${nameOf(view)}: ${violation}`);
    }
    if (fits !== undefined) {
      await page.setViewportSize(fits);
      wrong.push(...(await tooWide(page)));
    }
    // A fault that is looked for is no surprise.
    const expected = seen.status !== undefined && `${seen.status}: GET `;
    const problems = profile.takeProblems().filter((one) => !expected || !one.startsWith(expected));
    return [...wrong, ...problems];
  }

  async close(): Promise<void> {
    for (const { context } of this.profiles.values()) await context.close();
  }

  private async profileOf(who: Who): Promise<Profile> {
    const known = this.profiles.get(who);
    if (known !== undefined) return known;
    const profile = await openProfile(this.browser, this.test.url, { reducedMotion: 'reduce' });
    if (this.other !== undefined) profile.expects(new RegExp(`^asked somebody else: ${this.other}/`));
    if (who !== 'anonymous') await logIn(this.test, profile, this.world.people[who]);
    this.profiles.set(who, profile);
    return profile;
  }
}

/** The same page in another window: the styles follow, and so saves what loading it again would cost. */
async function show(page: Page, { width, height, colorScheme }: View): Promise<void> {
  // Each of these has the browser lay out the page anew, also where it stays as it was.
  if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height });
  if (lights.get(page) === colorScheme) return;
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  lights.set(page, colorScheme);
}

const lights = new WeakMap<Page, View['colorScheme']>();

export const nameOf = ({ width, colorScheme }: View): string => `${width}-${colorScheme}`;
