import { Controller, Get, Header } from '@nestjs/common';
import { TokenKeys } from '../accounts/token-keys.js';

/** The public keys of access tokens, for whoever verifies one without asking us (RFC 7517). */
@Controller('.well-known')
export class TokenKeysController {
  constructor(private readonly keys: TokenKeys) {}

  /** As text: on the site's paths an object would be taken for an error to be drawn as a page. */
  @Get('jwks.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  show(): string {
    return JSON.stringify({ keys: this.keys.published() });
  }
}
