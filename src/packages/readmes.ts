import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bufferSource } from '../hex/byte-source.js';
import { type ReadmeFile } from '../hex/readme.js';
import { readTarball } from '../hex/tarball.js';
import { type Tx } from '../platform/database.js';
import { Objects } from '../platform/objects.js';
import { type UnreadRelease, unreadReleases } from './packages.queries.js';
import { Readme } from './readme.entity.js';
import { type Release } from './release.entity.js';

const BATCH = 50;

type ReadRelease = Pick<Release, 'id' | 'outerChecksum'>;

/** In the transaction of the publish. Also says that there is none, so that nobody looks for it again. */
export async function writeReadme(tx: Tx, release: ReadRelease, readme: ReadmeFile | undefined): Promise<void> {
  const { id: releaseId, outerChecksum } = release;
  const row = { releaseId, outerChecksum, path: readme?.path ?? null, body: readme?.text ?? null };
  await tx.upsert(Readme, row, ['releaseId']);
}

/** What packages introduce themselves with. Kept beside the release, since a page must not open a tarball. */
@Injectable()
export class Readmes {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
  ) {}

  /** Null where the release has none, or has not been looked at yet. */
  async of({ id, outerChecksum }: ReadRelease): Promise<ReadmeFile | null> {
    const row = await this.database.manager.findOneBy(Readme, { releaseId: id, outerChecksum });
    return row === null || row.path === null || row.body === null ? null : { path: row.path, text: row.body };
  }

  /**
   * Looks into tarballs that nobody has looked into: published before readmes were kept, or by an older process. Works
   * from the newest release down and answers with the id to go on before; null: all done. A tarball that cannot be read
   * now is left for another time.
   */
  async fillIn(before: string | null): Promise<string | null> {
    const releases = await unreadReleases(this.database.manager, before, BATCH);
    for (const release of releases) await this.read(release);
    return releases.length < BATCH ? null : releases.at(-1)!.id;
  }

  private async read({ id, tarball_key, outer_checksum }: UnreadRelease): Promise<void> {
    const bytes = await this.bytesOf(tarball_key);
    if (bytes === null) return;
    const { readme } = await readTarball(bufferSource(bytes));
    await this.database.transaction(async (tx) => {
      // Reverted or replaced meanwhile: then this readme is nobody's.
      const rows = await tx.query<unknown[]>(
        'select 1 from releases where id = $1 and outer_checksum = $2 for key share',
        [id, outer_checksum],
      );
      if (rows.length > 0) await writeReadme(tx, { id, outerChecksum: outer_checksum }, readme);
    });
  }

  private async bytesOf(key: string): Promise<Buffer | null> {
    const object = await this.objects.open(key);
    if (object === null) return null;
    const chunks: Uint8Array[] = [];
    for await (const chunk of object.body as AsyncIterable<Uint8Array>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}
