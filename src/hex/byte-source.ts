/**
 * Bytes that can be read more than once, from any offset: an upload in a temporary file, or a Buffer. `open` starts a new
 * reading each time and yields everything from `start` to the end.
 */
export interface ByteSource {
  readonly size: number;
  open(start?: number): AsyncIterable<Uint8Array>;
}

const CHUNK = 64 * 1024;

export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async *open(start = 0) {
      for (let at = start; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
    },
  };
}

/** The `size` bytes of `source` that begin at `start`, as a source of their own. */
export function sliceSource(source: ByteSource, start: number, size: number): ByteSource {
  return {
    size,
    async *open(from = 0) {
      let left = size - from;
      if (left <= 0) return;
      for await (const chunk of source.open(start + from)) {
        yield chunk.subarray(0, left);
        left -= chunk.length;
        if (left <= 0) return;
      }
    },
  };
}

/** At most `size` bytes from `start`; fewer only where the source ends. */
export async function readAt(source: ByteSource, start: number, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of sliceSource(source, start, size).open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
