import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Origin } from '../audit/actor.js';
import { clientMessage, printsMessages } from '../hex/client-message.js';
import { clientAddress } from '../platform/http/client-address.js';
import { bodyWasNotAskedFor } from '../platform/http/server.js';

/**
 * One request and its answer. What a fetch says about itself is read from the raw headers: making the usual object of them
 * costs more than all that is looked up here.
 */
export class Exchange {
  readonly id = nextId();
  readonly isHead: boolean;
  authorization: string | undefined;
  ifNoneMatch: string | undefined;
  range: string | undefined;
  ifRange: string | undefined;
  /** Of the organization's standing, for the person at the client. */
  warning: string | null = null;
  /**
   * Nobody reads a body here; one that was announced and not asked for must not be taken for the next request, so the connection
   * ends.
   */
  closes = false;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** When it came, in milliseconds. */
    readonly now: number,
    private readonly trustedProxies: readonly string[],
  ) {
    this.isHead = request.method === 'HEAD';
    this.read(request.rawHeaders);
  }

  get userAgent(): string | undefined {
    return this.request.headers['user-agent'];
  }

  /** Where the fetch comes from, as the key's last use and the audit log have it. */
  origin(): Origin {
    const ip = clientAddress(this.request, this.trustedProxies);
    return { ip, userAgent: this.userAgent, requestId: this.id };
  }

  /** `x-hex-message` for this client; undefined for one that must not get it. */
  message(text: string, level: 'warn' | 'fatal'): string | undefined {
    return printsMessages(this.userAgent) ? clientMessage(text, level) : undefined;
  }

  private read(raw: readonly string[]): void {
    for (let at = 0; at < raw.length; at += 2) {
      const name = raw[at]!;
      // By their lengths: 5, 6, 8 and twice 13.
      if (name.length !== 13 && (name.length > 8 || name.length < 5 || name.length === 7)) continue;
      switch (name.toLowerCase()) {
        case 'expect':
          this.closes = bodyWasNotAskedFor(this.request);
          break;
        case 'authorization':
          // The first counts, as everywhere else in Node.
          this.authorization ??= raw[at + 1];
          break;
        case 'if-none-match':
          this.ifNoneMatch = both(this.ifNoneMatch, raw[at + 1]!);
          break;
        case 'range':
          this.range = both(this.range, raw[at + 1]!);
          break;
        case 'if-range':
          this.ifRange = both(this.ifRange, raw[at + 1]!);
      }
    }
  }
}

/** A UUID of which the last part counts: as good to find a request by, and cheaper than random ones. */
const PROCESS = randomUUID().slice(0, 24);
let count = 100_000_000_000;
const nextId = (): string => `${PROCESS}${(count += 1)}`;

/** Repeated fields are one list. */
const both = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before}, ${value}`;
