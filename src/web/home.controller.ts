import { Controller, Get, Header } from '@nestjs/common';
import { Urls } from '../platform/urls.js';
import { SigningKey } from '../registry/signing-key.js';
import { siteCss } from './assets/site-css.js';
import { homePage } from './home.page.js';

@Controller()
export class HomeController {
  constructor(
    private readonly urls: Urls,
    private readonly signingKey: SigningKey,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  home(): string {
    const { fingerprint } = this.signingKey;
    return homePage({ registryUrl: this.urls.repository(), apiUrl: this.urls.api(), fingerprint });
  }

  @Get('assets/site.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  style(): string {
    return siteCss;
  }
}
