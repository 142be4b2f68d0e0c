/**
 * When a release of the public repository may still be changed: within an hour of its publication, or within a day of the
 * package's first one (hex.pm's rule). Private repositories may always replace and revert: their readers are few and known.
 */
const HOUR_MS = 60 * 60 * 1000;

interface Born {
  readonly createdAt: Date;
}

export function replaceProblem(release: Born, pkg: Born, now: Date): string | null {
  return isOpen(release, pkg, now) ? null : 'can only modify a release up to one hour after publication';
}

export function revertProblem(release: Born, pkg: Born, now: Date): string | null {
  return isOpen(release, pkg, now) ? null : 'can only delete a release up to one hour after publication';
}

function isOpen(release: Born, pkg: Born, now: Date): boolean {
  const age = (born: Born) => now.getTime() - born.createdAt.getTime();
  return age(release) <= HOUR_MS || age(pkg) <= 24 * HOUR_MS;
}
