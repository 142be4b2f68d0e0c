import { Controller, Get, Header } from '@nestjs/common';
import { z } from 'zod';
import { TokenKeys } from '../accounts/token-keys.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const JwksShape = z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) });

/** The public keys of access tokens, for whoever verifies one without asking us (RFC 7517). */
@Resource('OAuth')
@Controller('.well-known')
export class TokenKeysController {
  constructor(private readonly keys: TokenKeys) {}

  /** As text: on the site's paths an object would be taken for an error to be drawn as a page. */
  @Get('jwks.json')
  @Endpoint({ summary: 'Public keys of access tokens (RFC 7517)', needs: 'nothing', answer: JwksShape })
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  show(): string {
    return JSON.stringify({ keys: this.keys.published() });
  }
}
