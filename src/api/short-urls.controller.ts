import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { networkOf } from '../accounts/places.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';
import { ShortUrls } from '../platform/short-urls.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard } from './http/authentication.guard.js';
import { shortenable } from './http/shortenable.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { Url } from './views/time.js';

const Input = z.object({ url: z.string({ error: "can't be blank" }) }).meta({ id: 'ShortUrlInput' });
const PER_HOUR = 30;

/** `mix hex.outdated` has the address of its diffs made short; it does without where that fails. */
@Resource('Short URLs')
@Controller('api/short_url')
@UseGuards(AuthenticationGuard)
export class ShortUrlsController {
  private readonly perNetwork: RateLimit;

  constructor(
    private readonly shortUrls: ShortUrls,
    private readonly urls: Urls,
    limits: RateLimits,
  ) {
    this.perNetwork = limits.limit('short-urls', PER_HOUR, 60 * 60);
  }

  @Post()
  @HttpCode(201)
  @Endpoint({ summary: 'Make an address of diffs short', needs: 'nothing', answer: z.strictObject({ url: Url }) })
  async create(@Req() request: FastifyRequest, @Body({ schema: Input }) input: z.infer<typeof Input>) {
    const url = shortenable(input.url, this.urls.site);
    if (url === null) throw invalidFields({ url: 'must be a page with diffs of hex.pm, or of this server' });
    if ((await this.perNetwork.count(networkOf(request.ip))).exceeded)
      throw new DomainError('rate_limited', 'rate_limited', `at most ${PER_HOUR} short URLs can be made in an hour`);
    return { url: this.urls.page(paths.shortened(await this.shortUrls.shorten(url))) };
  }
}
