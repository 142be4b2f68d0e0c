import { type Repository } from '../../organizations/repository.entity.js';
import { DomainError } from '../../platform/errors.js';
import { table } from './answers.js';
import { type AdminCommand, type Because, operator } from './command-line.js';
import { named } from './package.command.js';
import type { Rooms } from './rooms.js';

interface Of {
  readonly repository?: string;
}

export function advisoriesCommands(admin: AdminCommand): void {
  const advisories = admin.command('advisories').description('security advisories about packages');

  advisories
    .command('import')
    .description(
      'take in files in the OSV format; a file about an advisory that is known replaces what was said, unless it is older',
    )
    .argument('<paths...>', 'files, folders, .zip archives or URLs')
    .option('--repository <name>', 'they are about the packages of this organization, not about public ones')
    .writes()
    .answers(async (rooms, paths: string[], options: Of & Because) => {
      const repository = await meant(rooms, options);
      const files = [];
      for (const path of paths) files.push(...(await rooms.readAdvisories(path)));
      const { problems, ...counts } = await rooms.importing.import(operator(options), repository, files);
      if (problems.length === 0) return table([{ repository: repository.name, ...counts }]);
      return {
        data: { problems },
        text: `${problems.join('\n')}\n`,
        fault: `nothing was imported: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the files`,
      };
    });

  advisories
    .command('list')
    .description('what is known, also what has been withdrawn')
    .option('--repository <name>', 'of the packages of this organization, not of public ones')
    .answers(async (rooms, options: Of) => {
      const found = await rooms.advisories.list(await meant(rooms, options));
      return table(
        found.map(({ id, severity, modifiedAt, withdrawnAt, summary }) => ({
          ...{ id, severity: severity ?? 'unknown', modified: modifiedAt, withdrawn: withdrawnAt, summary },
        })),
      );
    });
}

/** Feeds speak of hex.pm's packages: only the public repository holds packages that may be meant without saying so. */
async function meant(rooms: Rooms, { repository }: Of): Promise<Repository> {
  if (repository !== undefined) return named(rooms, repository);
  const found = await rooms.organizations.publicRepository();
  if (found !== null) return found;
  throw new DomainError(
    'not_found',
    'no_public_repository',
    'this server has no public repository: name an organization with --repository',
  );
}
