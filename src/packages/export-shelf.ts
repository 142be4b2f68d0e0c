import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { type createTarPacker } from 'modern-tar';
import { Clock } from '../platform/clock.js';
import { TemporaryFiles } from '../platform/temporary-files.js';

export type Packer = ReturnType<typeof createTarPacker>['controller'];

/** Puts things of known and unknown size into an archive. */
@Injectable()
export class ExportShelf {
  constructor(
    private readonly files: TemporaryFiles,
    private readonly clock: Clock,
  ) {}

  text(tar: Packer, name: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    return this.stream(tar, name, bytes.length, Readable.from([bytes]));
  }

  async lines(tar: Packer, name: string, lines: AsyncIterable<string>): Promise<void> {
    const path = this.files.path();
    try {
      await pipeline(lines, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
      await this.stream(tar, name, (await stat(path)).size, createReadStream(path));
    } finally {
      await rm(path, { force: true });
    }
  }

  async stream(tar: Packer, name: string, size: number, body: Readable): Promise<void> {
    const entry = tar.add({ name, size, mtime: this.clock.now(), mode: 0o644 });
    const bytes = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const { buffer, byteOffset, byteLength } of chunks)
        yield new Uint8Array(buffer, byteOffset, byteLength);
    };
    await pipeline(body, bytes, Writable.fromWeb(entry));
  }
}
