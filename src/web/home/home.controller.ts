import { Get } from '@nestjs/common';
import { Urls } from '../../platform/urls.js';
import { SigningKey } from '../../registry/signing-key.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { homePage } from './home.page.js';

@Pages()
export class HomeController {
  constructor(
    private readonly urls: Urls,
    private readonly signingKey: SigningKey,
  ) {}

  @Get()
  home(@Visiting() visitor: Visitor): Answer {
    const { fingerprint } = this.signingKey;
    return html(homePage(visitor, { registryUrl: this.urls.repository(), apiUrl: this.urls.api(), fingerprint }));
  }
}
