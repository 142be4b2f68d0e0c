import { type Tx } from '../../platform/database.js';
import { Package } from '../package.entity.js';
import { newestFirst, recommended } from '../packages.js';
import { Release } from '../release.entity.js';

/**
 * Writes down the package's new revision, and what the package now says of itself: the words of its recommended release. So
 * an old line's patch does not change them, and after a revert they are those of a release that exists.
 */
export async function describePackage(tx: Tx, pkg: Package, revision: string, now: Date): Promise<void> {
  const releases = newestFirst(await tx.findBy(Release, { packageId: pkg.id }));
  if (releases.length === 0) return;
  const { about } = recommended(releases).meta;
  await tx.update(
    Package,
    { id: pkg.id },
    { revision, updatedAt: now, description: about.description, meta: about as never },
  );
}
