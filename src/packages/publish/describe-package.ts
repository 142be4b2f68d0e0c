import { type Tx } from '../../platform/database.js';
import { Package } from '../package.entity.js';
import { latestStable, newestFirst } from '../packages.js';
import { markCurrentRequirements, versionsOf } from '../packages.queries.js';
import { Release } from '../release.entity.js';

/**
 * Writes down the package's new revision, and what the package now says of itself: the words of its recommended release. So
 * an old line's patch does not change them, and after a revert they are those of a release that exists.
 */
export async function describePackage(tx: Tx, pkg: Package, revision: string, now: Date): Promise<void> {
  await tx.update(Package, { id: pkg.id }, { revision, updatedAt: now });
  await describeAt(tx, pkg.id, revision);
}

/** What lists show of a package, made from its releases as they are at `revision`; for a locked package. */
export async function describeAt(tx: Tx, packageId: string, revision: string): Promise<void> {
  const versions = newestFirst(await versionsOf(tx, packageId));
  const [latest, stable] = [versions[0], latestStable(versions)];
  if (latest === undefined) return;
  const { id } = stable ?? latest;
  const { about } = (await tx.findOneByOrFail(Release, { id })).meta;
  await tx.update(
    Package,
    { id: packageId },
    {
      ...{ description: about.description, meta: about as never, describedRevision: revision },
      ...{ latestVersion: latest.version, latestStableVersion: stable?.version ?? null },
    },
  );
  await markCurrentRequirements(tx, packageId, id);
}
