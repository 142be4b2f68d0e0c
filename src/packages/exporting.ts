import { Readable } from 'node:stream';
import { type ReadableStream } from 'node:stream/web';
import { Injectable } from '@nestjs/common';
import { createTarPacker } from 'modern-tar';
import { DataSource } from 'typeorm';
import { type Actor } from '../audit/actor.js';
import { jsonEntry } from '../audit/audit-formats.js';
import { Audit } from '../audit/audit.js';
import { Trail } from '../audit/trail.js';
import { type Organization } from '../organizations/organization.entity.js';
import { memberRows } from '../organizations/organizations.queries.js';
import { Objects } from '../platform/objects.js';
import { ExportShelf, type Packer } from './export-shelf.js';
import { exportedFiles, exportedPackages } from './exporting.queries.js';

/**
 * All that an organization has here as one tar stream: the tarballs and documentation as they were published, and its packages,
 * members and log as JSON. It is written at the reader's pace: rows come in batches, tarballs from the store one after another, and
 * what has to be measured before it is sent (tar wants sizes first) goes through a temporary file. So memory stays bounded
 * however large the organization is.
 */
@Injectable()
export class Exporting {
  constructor(
    private readonly database: DataSource,
    private readonly objects: Objects,
    private readonly trail: Trail,
    private readonly audit: Audit,
    private readonly shelf: ExportShelf,
  ) {}

  async export(actor: Actor, organization: Organization): Promise<Readable> {
    const { id, name } = organization;
    await this.database.transaction((tx) =>
      this.audit.record(tx, actor, 'organization.export', { organizationId: id }, { organization: name }),
    );
    const { readable, controller } = createTarPacker();
    void this.fill(controller, organization).catch((error: unknown) => controller.error(error));
    return Readable.fromWeb(readable as ReadableStream);
  }

  private async fill(tar: Packer, organization: Organization): Promise<void> {
    const db = this.database.manager;
    await this.shelf.text(tar, 'README.txt', readme(organization));
    const members = await memberRows(db, organization.id);
    await this.shelf.text(tar, 'members.json', `${JSON.stringify(members.map(memberView), null, 2)}\n`);
    await this.shelf.lines(tar, 'packages.json', asList(exportedPackages(db, organization.id)));
    await this.shelf.lines(tar, 'audit.jsonl', mapped(this.trail.all(organization.id, {}), jsonEntry));
    for await (const { file, key } of exportedFiles(db, organization.id)) {
      const object = await this.objects.open(key);
      // Taken back since the list was read; its bytes are gone with it.
      if (object === null) continue;
      await this.shelf.stream(tar, file, object.size, object.body).finally(() => object.close());
    }
    tar.finalize();
  }
}

const memberView = ({ name, fullName, role, since }: Awaited<ReturnType<typeof memberRows>>[number]) => ({
  ...{ name, full_name: fullName, role, since },
});

/** A JSON list, an element a line. */
async function* asList(elements: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const element of elements) {
    yield before + JSON.stringify(element);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* mapped<T>(things: AsyncIterable<T>, write: (thing: T) => string): AsyncGenerator<string> {
  for await (const thing of things) yield write(thing);
}

const readme = ({
  name,
}: Organization): string => `Everything that the organization ${name} had on this server when this was made.

tarballs/NAME-VERSION.tar  the packages as they were published: what Hex clients fetch, checksums and all
docs/NAME-VERSION.tar.gz   the documentation of releases that have some
packages.json              packages and releases with requirements, checksums, retirements and times
members.json               who belonged to the organization, and as what
audit.jsonl                the audit log, one JSON object a line, newest first

Keys are not in it: their secrets are nowhere stored.
To serve the packages yourself: mix hex.registry build (with the tarballs in public/tarballs).
`;
