import { type Tx } from '../platform/database.js';
import { compareVersions, parseVersion } from '../hex/version.js';
import { type Package as PackageIndex } from '../hex/registry/package.js';
import { type RetirementReason } from '../hex/registry/retirement.js';
import { ListedTarball } from './listed-tarball.entity.js';
import { type Repository } from '../organizations/repository.entity.js';

interface ReleaseRow {
  version: string;
  inner_checksum: Buffer;
  outer_checksum: Buffer;
  tarball_key: string;
  size: number;
  retirement_reason: RetirementReason | null;
  retirement_message: string | null;
  created_at: Date;
  revision: string;
  updated_at: Date;
  requirements: { name: string; app: string; repository: string; requirement: string; optional: boolean }[];
}

export interface FoundPackage {
  readonly revision: string;
  readonly updatedAt: Date;
  readonly index: PackageIndex;
  readonly tarballs: readonly Pick<ListedTarball, keyof ListedTarball>[];
}

/** All of a package that its index shows, in one statement and so of one moment; null when the package is gone. */
export async function readPackageIndex(tx: Tx, repository: Repository, name: string): Promise<FoundPackage | null> {
  const rows = await tx.query<ReleaseRow[]>(
    `select l.version, l.inner_checksum, l.outer_checksum, l.tarball_key, l.size, l.retirement_reason, l.retirement_message, l.created_at,
            p.revision::text as revision, p.updated_at,
            coalesce((select json_agg(json_build_object('name', r.name, 'app', r.app, 'repository', r.repository,
                                                        'requirement', r.requirement, 'optional', r.optional))
                      from requirements r where r.release_id = l.id), '[]') as requirements
     from packages p join releases l on l.package_id = p.id
     where p.repository_id = $1 and p.name = $2`,
    [repository.id, name],
  );
  const first = rows[0];
  if (first === undefined) return null;
  const index: PackageIndex = { name, repository: repository.name, releases: ascending(rows).map(toRelease) };
  const tarballs = rows.map(({ version, tarball_key, outer_checksum, size }) => ({
    ...{ repositoryId: repository.id, package: name, version, objectKey: tarball_key, sha256: outer_checksum, size },
  }));
  return { revision: first.revision, updatedAt: first.updated_at, index, tarballs };
}

/** In one statement with six parameters: a package may have a thousand versions, and each publish writes them all. */
export async function listTarballs(
  tx: Tx,
  repositoryId: string,
  name: string,
  tarballs: FoundPackage['tarballs'],
): Promise<void> {
  await tx.delete(ListedTarball, { repositoryId, package: name });
  await tx.query(
    `insert into listed_tarballs (repository_id, package, version, object_key, sha256, size)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::bytea[], $6::int[])`,
    [
      ...[repositoryId, name, tarballs.map(({ version }) => version), tarballs.map(({ objectKey }) => objectKey)],
      ...[tarballs.map(({ sha256 }) => sha256), tarballs.map(({ size }) => size)],
    ],
  );
}

function toRelease(row: ReleaseRow): PackageIndex['releases'][number] {
  const retired = row.retirement_reason && {
    reason: row.retirement_reason,
    message: row.retirement_message ?? undefined,
  };
  return {
    version: row.version,
    innerChecksum: row.inner_checksum,
    outerChecksum: row.outer_checksum,
    dependencies: row.requirements.map(({ name, ...rest }) => ({ package: name, ...rest })),
    publishedAt: row.created_at,
    ...(retired && { retired }),
  };
}

function ascending<T extends { version: string }>(rows: readonly T[]): T[] {
  return rows
    .map((row) => ({ row, version: parseVersion(row.version) }))
    .sort((a, b) => compareVersions(a.version, b.version))
    .map(({ row }) => row);
}
