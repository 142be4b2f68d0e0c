import { Injectable } from '@nestjs/common';
import { type ReadmeFile } from '../../hex/readme.js';
import { Downloads, type DownloadSummary, NO_DOWNLOADS } from '../../packages/downloads.js';
import { Readmes } from '../../packages/readmes.js';
import { Urls } from '../../platform/urls.js';
import { SigningKey } from '../../registry/signing-key.js';
import { RenderedReadmes } from '../markdown/rendered-readmes.js';
import { type DownloadDay } from './download-chart.js';
import { installWays, type InstallWay } from './install-lines.js';
import { type PackageSight } from './package-sights.js';

const CHART_DAYS = 30;

/** All that the page of a release shows. */
export interface ReleaseSight {
  readonly sight: PackageSight;
  /** `html` null: to be shown as the plain text it is. */
  readonly readme: { readonly file: ReadmeFile; readonly html: string | null } | null;
  readonly downloads: DownloadSummary;
  /** Of this release alone, of all time. */
  readonly ownDownloads: number;
  readonly days: readonly DownloadDay[];
  readonly install: readonly InstallWay[];
}

@Injectable()
export class ReleaseSights {
  constructor(
    private readonly readmes: Readmes,
    private readonly rendered: RenderedReadmes,
    private readonly downloads: Downloads,
    private readonly urls: Urls,
    private readonly signingKey: SigningKey,
  ) {}

  async of(sight: PackageSight): Promise<ReleaseSight> {
    const { pkg, release } = sight;
    const [file, summaries, days, own] = await Promise.all([
      this.readmes.of(release),
      this.downloads.summaries([pkg.id]),
      this.downloads.daily(pkg.id, CHART_DAYS),
      this.downloads.ofReleases([release.id]),
    ]);
    return {
      ...{ sight, days, install: this.installOf(sight) },
      readme: file && { file, html: await this.rendered.html(file) },
      downloads: summaries.get(pkg.id) ?? NO_DOWNLOADS,
      ownDownloads: own.get(release.id) ?? 0,
    };
  }

  private installOf({ pkg, release, scope, repository }: PackageSight): InstallWay[] {
    return installWays({
      ...{ name: pkg.name, app: release.meta.app, version: release.version, organization: scope },
      ...{ repository: repository.name, repositoryUrl: this.urls.repository(scope) },
      fingerprint: this.signingKey.fingerprint,
    });
  }
}
