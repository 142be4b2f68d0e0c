import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished, PassThrough, type Readable } from 'node:stream';
import { type ByteSource } from '../../hex/byte-source.js';
import { DomainError, isDiskFull } from '../../platform/errors.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** A body that stands still for so long is given up. */
  readonly idleMs: number;
  /** What is thrown at a body over `maxBytes`. */
  readonly tooBig: () => DomainError;
}

/** Streams an uploaded body into the new file `path`, at the sender's pace; answers with its size. The caller removes the file. */
export async function receive(body: Readable, path: string, { maxBytes, idleMs, tooBig }: BodyLimits): Promise<number> {
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  const arriving = apart(body);
  const stalled = () =>
    arriving.destroy(new DomainError('invalid', 'upload_stalled', 'the upload stood still for too long'));
  const idle = setTimeout(stalled, idleMs);
  try {
    for await (const chunk of arriving as AsyncIterable<Buffer>) {
      idle.refresh();
      size += chunk.length;
      if (size > maxBytes) throw tooBig();
      await file.writeFile(chunk);
    }
    return size;
  } catch (error) {
    if (error instanceof DomainError || isDiskFull(error)) throw error;
    // The connection broke, or the client gave up: nobody is left to read this, but the log should say what happened.
    throw new DomainError('invalid', 'upload_incomplete', 'the upload ended before all of it had arrived');
  } finally {
    clearTimeout(idle);
    // What still comes of a refused body is thrown away: many clients read no answer before they have sent everything.
    body.unpipe(arriving);
    body.resume();
    await file.close();
  }
}

/** The body as a stream of its own: giving that up does not cut the connection, on which the answer has to go back. */
function apart(body: Readable): PassThrough {
  const arriving = new PassThrough();
  finished(body, { writable: false }, (error) => void (error && arriving.destroy(error)));
  return body.pipe(arriving);
}

export function fileSource(path: string, size: number): ByteSource {
  return { size, open: (start = 0) => createReadStream(path, { start }) };
}
