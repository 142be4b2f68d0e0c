import { type EntityManager } from 'typeorm';
import { type PackageMetadata } from '../../hex/metadata.js';
import { type Repository } from '../../organizations/repository.entity.js';
import { type FieldErrors, invalidFields } from '../../platform/errors.js';

/** How a package's metadata names the public repository of the Hex world, whatever runs here. */
export const PUBLIC = 'hexpm';

/**
 * What a release must be besides well formed (which `hex/metadata` has seen to), except what depends on other releases of
 * the package. Collects every problem, so that the author sees them at once; the wording is hex.pm's (hex-server-facts.md
 * 15.2).
 */
export async function checkRelease(
  db: EntityManager,
  repository: Repository,
  metadata: PackageMetadata,
): Promise<void> {
  const requirements = await requirementProblems(db, repository, metadata);
  const meta = repository.organizationId === null ? publicMetaProblems(metadata) : null;
  if (requirements === null && meta === null) return;
  throw invalidFields({ ...(requirements && { requirements }), ...(meta && { meta }) });
}

async function requirementProblems(
  db: EntityManager,
  repository: Repository,
  metadata: PackageMetadata,
): Promise<FieldErrors | null> {
  const problems: FieldErrors = {};
  for (const { name, repository: from } of metadata.requirements) {
    const problem =
      originProblem(repository, from) ?? (await existenceProblem(db, repository, from, name, metadata.name));
    if (problem !== null) problems[name] = problem;
  }
  return Object.keys(problems).length > 0 ? problems : null;
}

function originProblem(repository: Repository, from: string): string | null {
  const isPublic = repository.organizationId === null;
  if (from === repository.name || (from === PUBLIC && !isPublic)) return null;
  return isPublic
    ? `dependencies can only belong to public repository "${repository.name}", got: "${from}"`
    : `dependencies can only belong to public repository "${PUBLIC}" or current repository "${repository.name}", got: "${from}"`;
}

/** Public dependencies of a private package live on hex.pm, which we do not ask. */
async function existenceProblem(
  db: EntityManager,
  repository: Repository,
  from: string,
  name: string,
  self: string,
): Promise<string | null> {
  if (from !== repository.name) return null;
  if (name === self) return 'a package cannot depend on itself';
  const found = await db.query<unknown[]>('select 1 from packages where repository_id = $1 and name = $2', [
    repository.id,
    name,
  ]);
  return found.length > 0 ? null : `package does not exist in repository "${from}"`;
}

function publicMetaProblems({ description, licenses }: PackageMetadata): FieldErrors | null {
  const problems: FieldErrors = {};
  if (description === null || description.trim() === '') problems['description'] = "can't be blank";
  if (licenses.length === 0) problems['licenses'] = "can't be blank";
  return Object.keys(problems).length > 0 ? problems : null;
}
