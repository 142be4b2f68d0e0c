import { thisProcessLater } from '../../platform/priority.js';
import { table } from './answers.js';
import { type AdminCommand } from './command-line.js';
import { named } from './package.command.js';
import { progressBar } from './progress-bar.js';

export function registryCommands(admin: AdminCommand): void {
  const registry = admin.command('registry').description('the signed indexes');

  registry
    .command('rebuild')
    .description(
      'build and sign all indexes anew: after a change of the signing key, or in doubt; goes on where it was interrupted; needs no reason, it changes nothing but them',
    )
    .option('--repository <name>', 'only those of this repository')
    .option('--again', 'from the start, also where an interrupted one could go on')
    .answers(async (rooms, { repository, again }: { repository?: string; again?: boolean }) => {
      // It has time; a service on the same machine has not.
      thisProcessLater();
      const repositories =
        repository === undefined ? await rooms.organizations.repositories() : [await named(rooms, repository)];
      const built = [];
      for (const { id, name } of repositories) {
        const progress = progressBar(admin.terminal, { label: name, unit: 'packages' });
        built.push({ repository: name, packages: await rooms.rebuilding.all(id, { again, progress }) });
      }
      return table(built);
    });

  registry
    .command('key')
    .description('the public key that clients check the indexes with, and its fingerprint')
    .answers(async ({ signingKey: { publicPem, fingerprint } }) => ({
      data: { fingerprint, public_key: publicPem },
      text: `${fingerprint}\n${publicPem.trim()}\n`,
    }));
}
