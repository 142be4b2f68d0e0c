import { said } from './answers.js';
import { type AdminCommand, type Because, operator } from './command-line.js';

export function dataCommands(admin: AdminCommand): void {
  const data = admin.command('data').description('all that is kept here');

  data
    .command('empty')
    .description('delete everything, for the next run of a client’s tests; only with CLIENT_TEST_MODE')
    .writes()
    .answers(async ({ emptying }, options: Because) => {
      const { objects } = await emptying.empty(operator(options));
      return said(`everything has been deleted, ${objects} objects among it`, { emptied: true, objects });
    });
}
