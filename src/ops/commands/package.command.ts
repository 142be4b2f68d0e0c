import { Argument, InvalidArgumentError } from 'commander';
import type { Repository } from '../../organizations/repository.entity.js';
import type { PackageWithReleases } from '../../packages/packages.js';
import type { Release, RetirementReason } from '../../packages/release.entity.js';
import { notFound } from '../../platform/errors.js';
import { record, said, table } from './answers.js';
import { type AdminCommand, type Because, count, operator } from './command-line.js';
import type { Rooms } from './rooms.js';

interface In {
  readonly repository: string;
}

// The room's own list comes with the database library, for which help would have to wait.
const MARKS = ['other', 'invalid', 'security', 'deprecated', 'renamed'] as const satisfies readonly RetirementReason[];
const LATER = 'the indexes follow as soon as a service runs';

export function packageCommands(admin: AdminCommand): void {
  const pkg = admin.command('package').description('packages and their releases');

  pkg
    .command('list')
    .description('packages by name')
    .option('--repository <name>', 'only those of this repository')
    .option('--search <text>', 'part of the name, or words of the description')
    .option('--limit <number>', 'how many at most', count, 1000)
    .answers(async (rooms, options: Partial<In> & { search?: string; limit: number }) => {
      const found = await search(rooms, options);
      if (found.length > options.limit) admin.terminal.err(`only the first ${options.limit} are shown, see --limit\n`);
      return table(found.slice(0, options.limit));
    });

  inRepository(pkg.command('show <name>'))
    .description('one package with its releases, newest first')
    .answers(async (rooms, name: string, options: In) => {
      const repository = await named(rooms, options.repository);
      const found = await rooms.packages.find(repository, name);
      if (found === null) throw notFound(`package ${name}`);
      const { releases } = await rooms.packages.withReleases(found);
      const { description, createdAt, updatedAt } = found;
      const times = { created_at: createdAt, updated_at: updatedAt };
      return record({ repository: repository.name, name, description, ...times, releases: releases.map(releaseView) });
    });

  inRepository(pkg.command('retire <name> <version>'))
    .description('mark a release so that clients warn of it; it can still be fetched')
    .addArgument(new Argument('<mark>', 'what clients show').choices(MARKS))
    .option('--message <text>', 'shown beside the mark, 3 to 140 characters', message)
    .writes()
    .answers(
      async (
        rooms,
        name: string,
        version: string,
        mark: RetirementReason,
        options: In & Because & { message?: string },
      ) => {
        const retirement = { reason: mark, message: options.message ?? null };
        await rooms.releases.retire(
          operator(options),
          await named(rooms, options.repository),
          name,
          version,
          retirement,
        );
        return said(
          `release ${name} ${version} retired (${mark}); ${LATER}`,
          done(options, name, version, { retirement }),
        );
      },
    );

  inRepository(pkg.command('unretire <name> <version>'))
    .description('take the mark away')
    .writes()
    .answers(async (rooms, name: string, version: string, options: In & Because) => {
      await rooms.releases.retire(operator(options), await named(rooms, options.repository), name, version, null);
      return said(
        `release ${name} ${version} no longer retired; ${LATER}`,
        done(options, name, version, { retirement: null }),
      );
    });

  inRepository(pkg.command('revert <name> <version>'))
    .description('delete a release for good; with its last release the package goes too')
    .writes()
    .answers(async (rooms, name: string, version: string, options: In & Because) => {
      await rooms.releases.revert(operator(options), await named(rooms, options.repository), name, version);
      return said(`release ${name} ${version} reverted; ${LATER}`, done(options, name, version, { reverted: true }));
    });
}

const inRepository = (command: AdminCommand): AdminCommand =>
  command.requiredOption('--repository <name>', 'where it is: the organization’s name, or the public repository’s');

const done = ({ repository }: In, name: string, version: string, more: object) => ({
  repository,
  name,
  version,
  ...more,
});

export async function named({ organizations }: Rooms, name: string): Promise<Repository> {
  const repository = await organizations.repository(name);
  if (repository === null) throw notFound(`repository ${name}`);
  return repository;
}

/** One more than the limit where there are more. */
async function search(
  rooms: Rooms,
  { repository, search: words, limit }: Partial<In> & { search?: string; limit: number },
) {
  const repositories =
    repository === undefined ? await rooms.organizations.repositories() : [await named(rooms, repository)];
  const nameOf = new Map(repositories.map((one) => [one.id, one.name]));
  const query = {
    repositoryIds: [...nameOf.keys()],
    search: words,
    sort: 'name',
    limit: limit + 1,
    offset: 0,
  } as const;
  const found = await rooms.packages.search(query);
  return found.map((one) => ({ repository: nameOf.get(one.pkg.repositoryId), ...packageView(one) }));
}

const packageView = ({ pkg, releases }: PackageWithReleases) => ({
  name: pkg.name,
  newest: releases[0]!.version,
  releases: releases.length,
  updated_at: pkg.updatedAt,
});

const releaseView = (release: Release) => ({
  version: release.version,
  publisher: release.publisherName,
  size: release.size,
  retired: release.retirementReason,
  message: release.retirementMessage,
  checksum: release.outerChecksum.toString('hex'),
  created_at: release.createdAt,
});

function message(text: string): string {
  if (text.length < 3 || text.length > 140) throw new InvalidArgumentError('It must have 3 to 140 characters.');
  return text;
}
