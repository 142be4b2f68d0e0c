import { Controller, Get, Headers, Inject, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { CONFIG, type Config } from '../platform/config.js';
import { notFound } from '../platform/errors.js';
import { isLoopback } from '../platform/mail/smtp-settings.js';
import { Metrics } from './metrics.js';

/**
 * For Prometheus. Shown to who has the token, and without one only to this machine itself, not by way of a proxy (which would
 * make everybody local). For everybody else it is not there.
 */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  async show(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') credential?: string,
  ): Promise<string> {
    const { metricsToken } = this.config;
    const may = metricsToken === undefined ? isHere(request) : isBearer(credential, metricsToken);
    if (!may) throw notFound('page');
    void reply.type(this.metrics.contentType).header('cache-control', 'no-store');
    return this.metrics.text();
  }
}

function isHere({ socket, headers }: FastifyRequest): boolean {
  const isPassedOn = ['forwarded', 'x-forwarded-for', 'x-real-ip'].some((name) => headers[name] !== undefined);
  return !isPassedOn && isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

/** The hashes are of one length, and comparing them takes as long wherever they differ. */
function isBearer(credential: string | undefined, token: string): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(credential ?? '') ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(hash(given), hash(token));
}
