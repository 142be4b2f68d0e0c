import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often a release's tarball was fetched on a day (UTC). */
@Entity('downloads')
export class Download {
  @PrimaryColumn({ type: 'bigint' }) releaseId: string;
  @PrimaryColumn({ type: 'date' }) day: string;
  @Column({ type: 'bigint' }) count: string;
}

/** The same for all releases of a package together, those taken back since included. */
@Entity('package_downloads')
export class PackageDownload {
  @PrimaryColumn({ type: 'bigint' }) packageId: string;
  @PrimaryColumn({ type: 'date' }) day: string;
  @Column({ type: 'bigint' }) count: string;
}

/** The sum of a package's days, so that lists need not add up years. */
@Entity('package_download_totals')
export class PackageDownloadTotal {
  @PrimaryColumn({ type: 'bigint' }) packageId: string;
  @Column({ type: 'bigint' }) count: string;
}
