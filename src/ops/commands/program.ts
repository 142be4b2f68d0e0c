import { CommanderError } from 'commander';
import { advisoriesCommands } from './advisories.command.js';
import { auditCommands } from './audit.command.js';
import { billingCommands } from './billing.command.js';
import { AdminCommand, type Open, type Terminal } from './command-line.js';
import { complaint, oneLine } from './complaint.js';
import { dataCommands } from './data.command.js';
import { keyCommands } from './key.command.js';
import { memberCommands } from './member.command.js';
import { oauthClientCommands } from './oauth-client.command.js';
import { organizationCommands } from './organization.command.js';
import { packageCommands } from './package.command.js';
import { registryCommands } from './registry.command.js';
import { userCommands } from './user.command.js';

/** Runs one command; answers with the exit code. Whatever goes wrong is one line on the error stream. */
export async function runCommand(words: readonly string[], open: Open, terminal: Terminal): Promise<0 | 1> {
  try {
    await program(open, terminal).parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    // The library has told its own complaints, and help, already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    terminal.err(`error: ${complaint(error)}\n`);
    return 1;
  }
}

function program(open: Open, terminal: Terminal): AdminCommand {
  const admin = new AdminCommand('npm run -s admin --', open, terminal)
    .usage('[--json] NOUN VERB …')
    .description('The operator’s command line of Propolis. It works beside a running service, and without one.')
    .option('--json', 'one JSON document on standard output')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(`${oneLine(text)}\n`),
    })
    .exitOverride();
  const nouns = [
    userCommands,
    organizationCommands,
    memberCommands,
    keyCommands,
    oauthClientCommands,
    packageCommands,
    registryCommands,
    advisoriesCommands,
    billingCommands,
    auditCommands,
    dataCommands,
  ];
  for (const add of nouns) add(admin);
  return admin;
}
