import { type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../platform/errors.js';
import { matchesEtag } from '../platform/http/etags.js';
import { Objects } from '../platform/objects.js';
import { readRange, type Slice } from './conditions.js';
import { type Exchange } from './exchange.js';
import { type DeliveredFile } from './files.js';
import { headOf, unchangedHead, wholeHead, withRange } from './heads.js';
import { type Bytes, HotObjects } from './hot-objects.js';
import { Loans } from './loans.js';
import { Buffers, pour } from './pouring.js';
import { answer, isOpenTo } from './shortest-way.js';

/** Did every byte of the file go out? */
export type Sent = boolean | Promise<boolean>;

/**
 * Puts a file on the wire: 304, the whole or a part of it. At once where its bytes are in memory; larger ones in pieces at the
 * reader's pace. Whatever fails before the head is out is thrown, and can still be told.
 */
@Injectable()
export class Sending {
  private readonly buffers = new Buffers();
  private readonly loans = new Loans();

  constructor(
    private readonly hot: HotObjects,
    private readonly objects: Objects,
  ) {}

  send(exchange: Exchange, file: DeliveredFile, isPublic: boolean): Sent {
    const { response, ifNoneMatch } = exchange;
    if (ifNoneMatch !== undefined && (ifNoneMatch === file.etag || matchesEtag(ifNoneMatch, file.etag))) {
      if (isOpenTo(exchange)) answer(exchange, 304, unchangedHead(file, isPublic, exchange.id, exchange.now));
      else response.writeHead(304, this.head(exchange, file, isPublic, 'unchanged')).end();
      return false;
    }
    const slice =
      exchange.range !== undefined && !('path' in file.wanted) ? sliceOf(exchange, file, isPublic) : undefined;
    if (exchange.isHead) {
      this.begin(exchange, file, isPublic, slice).end();
      return false;
    }
    if (!this.hot.takes(file) || this.loans.isFull) return this.pieces(exchange, file, isPublic, slice);
    const bytes = this.hot.peek(file);
    if (bytes !== undefined) return this.bytes(exchange, file, isPublic, slice, bytes);
    return this.hot.get(file).then((read) => this.bytes(exchange, file, isPublic, slice, present(read)));
  }

  private bytes(
    exchange: Exchange,
    file: DeliveredFile,
    isPublic: boolean,
    slice: Slice | undefined,
    bytes: Bytes,
  ): Sent {
    const { response, request } = exchange;
    const { socket } = request;
    if (socket.destroyed) return false;
    if (slice !== undefined) this.begin(exchange, file, isPublic, slice).end(partOf(bytes, slice));
    else if (isOpenTo(exchange)) answer(exchange, 200, wholeHead(file, isPublic, exchange.id, exchange.now), bytes);
    else this.begin(exchange, file, isPublic, slice).end(bytes, 'latin1');
    // The kernel has taken all of it, as nearly always.
    if (socket.writableLength === 0 && response.socket !== null) return slice === undefined && !socket.destroyed;
    const left = this.loans.lend(file, exchange);
    return left.then((isWhole) => isWhole && slice === undefined);
  }

  private async pieces(
    exchange: Exchange,
    file: DeliveredFile,
    isPublic: boolean,
    slice: Slice | undefined,
  ): Promise<boolean> {
    const { objectKey, size } = file;
    const object = await this.objects.openFile(objectKey);
    if (object === undefined) return this.stream(exchange, file, isPublic, slice);
    if (present(object).size !== size) {
      await object!.close();
      throw missing();
    }
    try {
      const response = this.begin(exchange, file, isPublic, slice);
      const isWhole = await pour(object!, slice ?? { start: 0, end: size - 1 }, response, this.buffers);
      return isWhole && slice === undefined;
    } finally {
      await object!.close();
    }
  }

  /** From a store that is not on this machine. */
  private async stream(
    exchange: Exchange,
    file: DeliveredFile,
    isPublic: boolean,
    slice: Slice | undefined,
  ): Promise<boolean> {
    const object = present(await this.objects.open(file.objectKey, slice));
    try {
      // Follows the reader's pace and ends the body when the reader goes away.
      await pipeline(object.body, this.begin(exchange, file, isPublic, slice));
      return slice === undefined;
    } finally {
      object.close();
    }
  }

  private begin(exchange: Exchange, file: DeliveredFile, isPublic: boolean, slice: Slice | undefined): ServerResponse {
    const head = this.head(exchange, file, isPublic, 'whole');
    if (slice === undefined) return exchange.response.writeHead(200, head);
    return exchange.response.writeHead(206, withRange(head, slice.start, slice.end, file.size));
  }

  private head(exchange: Exchange, file: DeliveredFile, isPublic: boolean, content: 'whole' | 'unchanged'): string[] {
    const { id, warning, closes } = exchange;
    const message = warning === null ? undefined : exchange.message(warning, 'warn');
    return headOf(file, isPublic, id, content, { warning, message, closes });
  }
}

const partOf = (bytes: Bytes, { start, end }: Slice): Buffer =>
  (typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes).subarray(start, end + 1);

function sliceOf({ response, range, ifRange }: Exchange, file: DeliveredFile, isPublic: boolean): Slice | undefined {
  const slice = readRange(range, ifRange, file.size, file.etag);
  if (slice === 'whole') return undefined;
  if (slice !== 'unsatisfiable') return slice;
  response.setHeader('content-range', `bytes */${file.size}`);
  if (!isPublic) response.setHeader('vary', 'authorization');
  throw Object.assign(new Error('the range lies behind the end of the file'), { statusCode: 416 });
}

function present<T>(object: T | null): T {
  if (object === null) throw missing();
  return object;
}

const missing = (): DomainError =>
  new DomainError('unavailable', 'object_missing', 'the file cannot be read at the moment');
