/** Cuts a stream of chunks into the pieces a parser asks for, without holding more than one chunk and one piece. */
export class ByteReader {
  /** Bytes handed out so far. */
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.chunks = bytes[Symbol.asyncIterator]();
  }

  /** Exactly `size` bytes, or fewer when the stream ends before. */
  async read(size: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(size)) pieces.push(piece);
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  /** The next `size` bytes in pieces; ends early when the stream does, which shows in `position`. */
  async *stream(size: number): AsyncGenerator<Uint8Array> {
    let left = size;
    while (left > 0 && (await this.fill())) {
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      this.position += piece.length;
      left -= piece.length;
      yield piece;
    }
  }

  /** Lets the source free what it holds, however far it was read. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async fill(): Promise<boolean> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next();
      if (next.done) return false;
      this.rest = next.value;
    }
    return true;
  }
}
