import { table } from './answers.js';
import { type AdminCommand } from './command-line.js';
import { named } from './package.command.js';

/** Progress is told after so many packages. */
const STEP = 100;

export function registryCommands(admin: AdminCommand): void {
  const registry = admin.command('registry').description('the signed indexes');

  registry
    .command('rebuild')
    .description(
      'build and sign all indexes anew: after a change of the signing key, or in doubt; needs no reason, it changes nothing but them',
    )
    .option('--repository <name>', 'only those of this repository')
    .answers(async (rooms, { repository }: { repository?: string }) => {
      const repositories =
        repository === undefined ? await rooms.organizations.repositories() : [await named(rooms, repository)];
      const built = [];
      for (const { id, name } of repositories) {
        let packages = 0;
        await rooms.registry.rebuild(id, (done, of) => {
          packages = of;
          if (done % STEP === 0 || done === of) admin.terminal.err(`${name}: ${done} of ${of} packages\n`);
        });
        built.push({ repository: name, packages });
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
