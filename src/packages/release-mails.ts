import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Repository, scopeOf } from '../organizations/repository.entity.js';
import { Mails } from '../platform/mail/mails.js';
import { paths } from '../platform/paths.js';
import { Urls } from '../platform/urls.js';
import { Package } from './package.entity.js';
import { releasePublishedLetter } from './packages.emails.js';
import { type PackageState } from './packages.events.js';
import { releaseRecipients } from './packages.queries.js';
import { Release } from './release.entity.js';

/**
 * Tells those who answer for a package that somebody published to it: a stolen key shall not go unnoticed. In a private
 * repository that is its organization's admins, in the public one the package's owners; never the publisher, and nobody who
 * has turned it off. One mail for each tarball, however often this is asked for.
 */
@Injectable()
export class ReleaseMails {
  constructor(
    private readonly database: DataSource,
    private readonly mails: Mails,
    private readonly urls: Urls,
  ) {}

  async send({
    repositoryId,
    package: name,
    version,
    replaced,
  }: PackageState & { version: string; replaced: boolean }) {
    await this.database.transaction(async (tx) => {
      const repository = await tx.findOneBy(Repository, { id: repositoryId });
      const pkg = await tx.findOneBy(Package, { repositoryId, name });
      const release = pkg && (await tx.findOneBy(Release, { packageId: pkg.id, version }));
      // Taken back meanwhile.
      if (repository === null || pkg === null || release === null) return;
      const scope = scopeOf(repository);
      const letter = releasePublishedLetter({
        ...{ package: name, version, organization: scope, publisher: release.publisherName, replaced },
        ...{ url: this.urls.releasePage(scope, name, version), settingsUrl: this.urls.page(paths.emails) },
      });
      const cause = `release ${release.id} ${release.outerChecksum.toString('hex')}`;
      for (const { address } of await releaseRecipients(tx, repository, pkg, release))
        await this.mails.send(tx, { to: address, cause, letter });
    });
  }
}
