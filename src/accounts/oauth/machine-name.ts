/**
 * What a machine calls itself, made fit to be shown: one line of at most a hundred visible characters, without those that
 * turn text around or hide it. Null where nothing is left. It remains a claim, and pages must show it as one.
 */
export function machineName(claimed: string | undefined): string | null {
  const name = (claimed ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  return name === '' ? null : [...name].slice(0, 100).join('');
}
