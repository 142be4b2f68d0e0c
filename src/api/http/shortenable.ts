/** Room for the diffs of a project with a few hundred dependencies. */
const LONGEST = 8000;

/**
 * The address as it may be kept under a short code, or null. Only where the clients' links lead: to the diffs of hex.pm and to
 * pages of this server, so that nobody hides anything else behind our name.
 */
export function shortenable(text: string, site: string): string | null {
  if (text.length > LONGEST || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.href.length > LONGEST) return null;
  const isDiff = url.origin === 'https://hex.pm' && /^\/diffs?(\/|$)/.test(url.pathname);
  // Not to another short one: they would lead to each other.
  const isOurs = url.origin === new URL(site).origin && !/^\/+l\//.test(url.pathname);
  return isDiff || isOurs ? url.href : null;
}
