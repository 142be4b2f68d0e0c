import { Injectable } from '@nestjs/common';
import { Urls } from '../../platform/urls.js';
import { SigningKey } from '../../registry/signing-key.js';
import { type KeyPlace } from './key-lines.js';

/** What lines to paste are made of. */
@Injectable()
export class KeysPlace {
  constructor(
    private readonly urls: Urls,
    private readonly signingKey: SigningKey,
  ) {}

  ofKeys(): KeyPlace {
    const { publicPem, fingerprint } = this.signingKey;
    return { apiUrl: this.urls.api(), repositoryUrl: (name) => this.urls.repository(name), publicPem, fingerprint };
  }
}
