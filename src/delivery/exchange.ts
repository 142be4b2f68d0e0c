import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Origin } from '../audit/actor.js';
import { clientMessage, printsMessages } from '../hex/client-message.js';
import { clientAddress } from '../platform/http/client-address.js';
import { bodyWasNotAskedFor } from '../platform/http/server.js';
import { nextRequestId } from './request-ids.js';

/** One request and its answer. */
export class Exchange {
  readonly id = nextRequestId();
  readonly isHead: boolean;
  readonly authorization: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  /** Of the organization's standing, for the person at the client. */
  warning: string | null = null;
  /**
   * Nobody reads a body here; one that was announced and not asked for must not be taken for the next request, so the connection
   * ends.
   */
  closes = false;
  /** Something of the answer is out, which the response itself does not know on the shortest way. */
  hasBegun = false;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** When it came, in milliseconds. */
    readonly now: number,
    private readonly trustedProxies: readonly string[],
  ) {
    this.isHead = request.method === 'HEAD';
    const { headers } = request;
    this.authorization = headers.authorization;
    this.ifNoneMatch = headers['if-none-match'];
    this.range = headers.range;
    this.ifRange = headers['if-range'] as string | undefined;
    if (headers.expect !== undefined) this.closes = bodyWasNotAskedFor(request);
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
}
