import { type Open, type Terminal } from './ops/commands/command-line.js';
import { runCommand } from './ops/commands/program.js';

/**
 * The product without its doors, for one command: beside a running service or alone, on the same settings. It runs no jobs;
 * those that a change causes wait in the database for a service. Loaded only when a command is about to run: help and
 * typing errors answer at once.
 */
const open: Open = async (use) => {
  const [{ NestFactory }, { AppModule }, { prepareGround }, { loadConfig }, { createLogger }, { roomsOf }] =
    await Promise.all([
      import('@nestjs/core'),
      import('./app.module.js'),
      import('./ground.js'),
      import('./platform/config.js'),
      import('./platform/log.js'),
      import('./ops/commands/rooms.js'),
    ]);
  const given = loadConfig();
  // What a service tells at `info` is noise here: an operator gets one line, or asks for more.
  const logger = createLogger(given.logLevel === 'info' ? 'warn' : given.logLevel, process.stderr);
  try {
    // Each of the four indexes that `registry rebuild` builds at once holds a connection, and takes a second one for the ledger of objects.
    const { ground, postgres } = await prepareGround(
      { ...given, jobsConcurrency: 0, databasePoolSize: 10 },
      logger,
      'command',
    );
    try {
      const app = await NestFactory.createApplicationContext(AppModule.on(ground), {
        logger: false,
        abortOnError: false,
      });
      await use(roomsOf(app)).finally(() => app.close());
    } finally {
      await postgres?.stop();
    }
  } catch (err) {
    logger.debug({ err }, 'the command failed');
    throw err;
  }
};

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  input: process.stdin,
  isInteractive: process.stderr.isTTY,
};

// A reader that has seen enough (`… | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exit(await runCommand(process.argv.slice(2), open, terminal));
