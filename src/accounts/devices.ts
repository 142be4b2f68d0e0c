import Bowser from 'bowser';

/** "Firefox on Linux": how a browser introduces itself. It may say anything, so this is for people to recognise, not proof. */
export function deviceOf(userAgent: string | null | undefined): string {
  if (userAgent === null || userAgent === undefined || userAgent.trim() === '') return 'an unknown device';
  const { browser, system } = parsed(userAgent.slice(0, 255));
  if (browser === undefined && system === undefined) return 'an unknown device';
  return system === undefined ? browser! : `${browser ?? 'A browser'} on ${system}`;
}

function parsed(userAgent: string): { browser: string | undefined; system: string | undefined } {
  try {
    const { browser, os } = Bowser.parse(userAgent);
    return { browser: short(browser.name), system: short(os.name) };
  } catch {
    return { browser: undefined, system: undefined };
  }
}

/** For what is not a browser the library takes the name from the text itself, whatever it is. */
const short = (name: string | undefined): string | undefined =>
  name !== undefined && /^[A-Za-z][\w .+-]{0,39}$/.test(name) ? name : undefined;
