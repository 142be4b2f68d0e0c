import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type GivenConfig } from '../config.js';

/** Takes a request before the framework sees it; false leaves it to the framework. */
export type FrontDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

type Framework = (request: IncomingMessage, response: ServerResponse) => void;

const MAX_BODY = 1024 * 1024;
/**
 * A connection on which nothing moves, whoever is waiting for whom: it may hold a file open. Also for idle ones, longer than
 * any client or proxy keeps them: mix never repeats a POST that met a closing one. Node's own time for those would cost two timers
 * with each request.
 */
const STANDSTILL_MS = 90_000;
/** For a request that was on its way when the last connection was taken. */
const LAST_WORDS_MS = 200;
const MAX_HEADER_BYTES = 16 * 1024;

const waiting = new WeakSet<IncomingMessage>();

/**
 * The client sent `Expect: 100-continue` and holds its body back until told to go on. Whoever is about to read the body
 * calls this; a refusal sent instead spares the upload.
 */
export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue();
}

/** True while the body of `request` is still being held back. */
export const bodyWasNotAskedFor = (request: IncomingMessage): boolean => waiting.has(request);

/**
 * The HTTP server under the framework: one port, with a front door for what must not pay for the framework's pipeline, and
 * `Expect: 100-continue` answered by handlers instead of by Node, so that an upload can be refused before it is sent.
 */
export class HttpServer {
  readonly adapter: FastifyAdapter;
  private server: Server | undefined;
  private front: FrontDoor = () => false;
  private leaving = false;

  constructor(config: Pick<GivenConfig, 'trustedProxies'>, rewriteUrl: (url: string) => string) {
    this.adapter = new FastifyAdapter({
      bodyLimit: MAX_BODY,
      trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
      genReqId: () => randomUUID(),
      // A name without end is a name that is not there, and not the router's business.
      routerOptions: { maxParamLength: MAX_HEADER_BYTES },
      rewriteUrl: (request: IncomingMessage) => rewriteUrl(request.url ?? '/'),
      serverFactory: (framework: Framework) => this.create(framework),
    });
  }

  openFront(front: FrontDoor): void {
    this.front = front;
  }

  /**
   * For `drainMs` all goes on, but each connection ends with its next answer, so that nobody is cut off who could not know. Then no
   * new connections are taken and running requests finish; after `timeoutMs` those that are left are cut.
   */
  async drain(drainMs: number, timeoutMs: number): Promise<void> {
    const server = this.server;
    if (server === undefined || !server.listening) return;
    this.leaving = true;
    await delay(drainMs);
    // Not the HTTP server's own way, which also closes connections on which a first request is just coming.
    const closed = new Promise<void>((resolve) => void TcpServer.prototype.close.call(server, () => resolve()));
    if (drainMs > 0) await delay(LAST_WORDS_MS);
    // A connection that falls idle after its last answer would otherwise be kept for its next request.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.closeIdleConnections();
    await closed;
    clearInterval(idle);
    clearTimeout(late);
  }

  private create(framework: Framework): Server {
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      if (this.leaving) response.setHeader('connection', 'close');
      if (!this.front(request, response)) framework(request, response);
    };
    const server = createServer(
      { keepAliveTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES, noDelay: true, requestTimeout: 300_000 },
      handle,
    );
    server.timeout = STANDSTILL_MS;
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      waiting.add(request);
      handle(request, response);
    });
    server.on('clientError', refuseUnreadable);
    return (this.server = server);
  }
}

/** What cannot even be parsed gets one short plain answer. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'the request headers are too large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'the request took too long']
        : ['400 Bad Request', 'the request is not valid HTTP'];
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`;
  socket.end(`${head}\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
}
