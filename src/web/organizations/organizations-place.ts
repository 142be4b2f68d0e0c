import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config.js';
import { Urls } from '../../platform/urls.js';

/** What pages about organizations say of this server. */
@Injectable()
export class OrganizationsPlace {
  /** 0: there is no trial, and where nobody pays there is nothing to try. */
  readonly trialDays: number;
  readonly deletionDays: number;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly urls: Urls,
  ) {
    this.trialDays = config.ladder.free ? 0 : config.trialDays;
    this.deletionDays = config.deletionDays;
  }

  repositoryUrl(name: string): string {
    return this.urls.repository(name);
  }

  apiUrl(): string {
    return this.urls.api();
  }
}
