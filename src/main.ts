import cluster from 'node:cluster';
import { createApp, type RunningApp } from './app.js';
import { Forks } from './forks.js';
import { prepareGround } from './ground.js';
import { BillingJobs } from './billing/billing.jobs.js';
import { demoLines } from './ops/demo/demo-lines.js';
import { Demo, DEMO_ORGANIZATION } from './ops/demo/demo.js';
import { type GivenConfig, loadConfig } from './platform/config.js';
import { createLogger, type Logger } from './platform/log.js';
import { LocalMailbox } from './platform/mail/local-mailbox.js';
import { MAIL_TRANSPORT } from './platform/mail/transport.js';
import { paths } from './platform/paths.js';
import { eventLoopFirst } from './platform/priority.js';
import { startProblem } from './platform/start-problem.js';
import { Urls } from './platform/urls.js';
import { SigningKey } from './registry/signing-key.js';

/** All doors, and the jobs: the service as `npm start` runs it. */
async function main(): Promise<void> {
  const given = loadConfig();
  const logger = createLogger(given.logLevel);
  if (given.deliveryWorkers > 1 && cluster.isPrimary) return await forkWorkers(given, logger);
  const postgresGone = (reason: Error) => {
    logger.fatal({ err: reason }, 'the embedded Postgres ended');
    process.exit(1);
  };
  const { ground, postgres, sandbox } = await prepareGround(given, logger, 'service', postgresGone);
  const running = await createApp(ground);
  // By now those that Node starts when they are first needed are there too.
  eventLoopFirst();
  if (sandbox !== undefined) sandbox.onAdvance = () => running.app.get(BillingJobs).hourly();
  const stopRest = async () => {
    await sandbox?.stop();
    await postgres?.stop();
  };
  const stop = stopOnce(running, stopRest, logger);
  process.once('SIGTERM', stop).once('SIGINT', stop);
  // A worker whose parent is gone answers nobody's signals any more.
  process.once('disconnect', () => stop('disconnect'));
  await running.app.listen({ port: given.port, host: given.host });
  logger.info({ url: given.publicUrl, host: given.host, port: given.port }, 'listening');
  // Of several workers the one that has forked them speaks.
  if (cluster.isPrimary)
    process.stdout.write(await welcome(running, given.publicUrl, given.demo, sandbox?.access.apiUrl));
}

/** Workers run this file again, each as a process that answers by itself. SIGHUP replaces them. */
async function forkWorkers({ deliveryWorkers, publicUrl }: GivenConfig, logger: Logger): Promise<void> {
  const forks = new Forks(deliveryWorkers, logger);
  const stop = () => {
    process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
    void forks.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.on('SIGHUP', () => {
    forks.replace().catch((err: unknown) => logger.error({ err }, 'workers could not be replaced; the old ones go on'));
  });
  await forks.start();
  process.stdout.write(`Propolis is ready:  ${publicUrl}  (${deliveryWorkers} delivery workers)\n`);
}

async function welcome({ app }: RunningApp, siteUrl: string, demo: boolean, sandboxUrl?: string): Promise<string> {
  if (!demo) return `Propolis is ready:  ${siteUrl}\n`;
  const [urls, { publicPem, fingerprint }, notes] = [app.get(Urls), app.get(SigningKey), await app.get(Demo).ensure()];
  const place = { repositoryUrl: urls.repository(DEMO_ORGANIZATION), apiUrl: urls.api(), publicPem, fingerprint };
  const mailboxUrl = app.get<unknown>(MAIL_TRANSPORT) instanceof LocalMailbox ? urls.page(paths.mailbox) : undefined;
  return demoLines(siteUrl, place, notes, { mailboxUrl, sandboxUrl });
}

/** Requests and jobs first, the embedded database last, then exit 0. A second signal does not wait. */
function stopOnce(running: RunningApp, stopRest: () => Promise<void>, logger: Logger): (signal: string) => void {
  let stopping = false;
  return (signal) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping: finishing running requests and jobs');
    process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
    running
      .stop()
      .then(stopRest)
      .then(
        () => process.exit(0),
        (err: unknown) => {
          logger.fatal({ err }, 'could not stop cleanly');
          process.exit(1);
        },
      );
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${startProblem(error)}\n`);
  process.exit(1);
});
