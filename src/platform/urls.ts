import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from './config.js';
import { paths } from './paths.js';

/**
 * The only list of public addresses. They are made from PUBLIC_URL, never from a request's Host header. `repository` is
 * undefined for the public repository, whose paths have no `/repos/NAME` part.
 */
@Injectable()
export class Urls {
  readonly site: string;

  constructor(@Inject(CONFIG) config: Config) {
    this.site = config.publicUrl;
  }

  /** A page of the site; `path` is one of `paths`. */
  page = (path: string): string => `${this.site}${path}`;
  api = (path = ''): string => `${this.site}/api${path}`;
  user = (name: string): string => this.api(`/users/${name}`);
  key = (name: string, organization?: string): string =>
    this.api(`${organization === undefined ? '' : `/orgs/${organization}`}/keys/${encodeURIComponent(name)}`);
  package = (repository: string | undefined, name: string): string => this.api(`${scope(repository)}/packages/${name}`);
  release = (repository: string | undefined, name: string, version: string): string =>
    `${this.package(repository, name)}/releases/${version}`;
  /** Of a repository's security advisory. */
  advisory = (repository: string | undefined, id: string): string =>
    this.api(`${scope(repository)}/advisories/${encodeURIComponent(id)}`);
  /**
   * Where people read about an advisory: those of the public packages at OSV, as clients link the others of a group; those of an
   * organization where their author says, or on the page of the package.
   */
  advisoryPage = (
    repository: string | undefined,
    pkg: string,
    { id, references }: { id: string; references: readonly { type: string; url: string }[] },
  ): string => {
    if (repository === undefined) return `https://osv.dev/vulnerability/${encodeURIComponent(id)}`;
    const best = ['ADVISORY', 'WEB', 'REPORT'].flatMap((type) => references.find((one) => one.type === type) ?? []);
    return best[0]?.url ?? this.packagePage(repository, pkg);
  };
  packagePage = (repository: string | undefined, name: string): string => this.page(paths.package(repository, name));
  releasePage = (repository: string | undefined, name: string, version: string): string =>
    this.page(paths.release(repository, name, version));
  /** Of the public repository by a shorter address than `/repo/docs/…`, which works too: mix shows it to the person at it. */
  docsTarball = (repository: string | undefined, name: string, version: string): string =>
    `${repository === undefined ? this.site : this.repository(repository)}/docs/${name}-${version}.tar.gz`;
  /** Base of the signed registry, as clients are configured with it. */
  repository = (repository?: string): string => `${this.site}/repo${scope(repository)}`;
}

const scope = (repository: string | undefined): string => (repository === undefined ? '' : `/repos/${repository}`);
