import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { canonicalUrl } from './api/http/canonical-url.js';
import { inputPipe } from './api/http/input.js';
import { serveReads } from './api/http/reads.js';
import { speakHex } from './api/http/wire-format.js';
import { AppModule } from './app.module.js';
import { DeliveryDoor } from './delivery/delivery.door.js';
import { followRequests } from './platform/http/follow-requests.js';
import { ErrorFilter } from './platform/http/error-filter.js';
import { HttpServer } from './platform/http/server.js';
import { HealthController } from './ops/health.controller.js';
import { FrameworkLog } from './platform/log.js';
import { onlyOf } from './platform/http/role-paths.js';
import { type Ground } from './platform/platform.module.js';
import { guardSite } from './web/guard-rails.js';
import { takeRawBodies } from './webhooks/raw-bodies.js';

export interface RunningApp {
  readonly app: NestFastifyApplication;
  /** Answers what runs, finishes jobs, lets go of the database: in this order. */
  stop(): Promise<void>;
}

/** The whole product as one application, ready to listen. */
export async function createApp(ground: Ground): Promise<RunningApp> {
  const { config, logger } = ground;
  const server = new HttpServer(config, (url) => canonicalUrl(url, config.publicRepository));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.on(ground), server.adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new FrameworkLog(logger),
  });
  const fastify = app.getHttpAdapter().getInstance();
  followRequests(fastify, logger);
  speakHex(fastify);
  serveReads(fastify);
  takeRawBodies(fastify);
  await guardSite(fastify, config.publicUrl);
  app.useGlobalFilters(new ErrorFilter(logger));
  app.useGlobalPipes(inputPipe);
  const door = app.get(DeliveryDoor);
  const only = onlyOf(config.role);
  server.openFront(
    config.role === 'worker' ? only : (request, response) => door.handle(request, response) || only(request, response),
  );
  const stop = async () => {
    // Load balancers are told first, and then given time to hear it.
    app.get(HealthController).leave();
    await server.drain(config.drainMs, config.shutdownMs);
    await app.close();
  };
  return { app, stop };
}
