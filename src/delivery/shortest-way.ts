import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type Exchange } from './exchange.js';
import { type Bytes } from './hot-objects.js';

/**
 * The shortest way of an answer to its connection: head and body as they are, past what Node does for each header of each response and
 * for a request's body that is not there. That is a fifth of what a fetch costs (decision 27).
 *
 * It leans on four things in Node's HTTP server, which shortest-way.spec.ts watches: the server goes on with a connection when
 * the response on it emits `finish`; it reads what is left of a request that nobody consumes; a connection's parser holds a request
 * until that has been read to its end; and a response that has to wait for an earlier one on its connection has no socket.
 */
export function isOpenTo({ request, response, warning, closes }: Exchange): boolean {
  return (
    warning === null &&
    !closes &&
    // HTTP/1.0, and those who asked us to close.
    response.shouldKeepAlive &&
    request.httpVersionMinor === 1 &&
    response.socket !== null &&
    // A process that is leaving ends each connection with its next answer.
    !response.hasHeader('connection')
  );
}

/** Writes all of an answer. The response then knows no more of it than that it has begun, and `finish`. */
export function answer(exchange: Exchange, status: 200 | 304, head: string, body: Bytes = ''): void {
  const { request, response } = exchange;
  exchange.hasBegun = true;
  response.statusCode = status;
  const socket = response.socket!;
  const finished = (error?: Error | null) => {
    if (!error) finish(request, response);
  };
  if (typeof body === 'string') {
    socket.write(head + body, 'latin1', finished);
    return;
  }
  socket.cork();
  socket.write(head, 'latin1');
  socket.write(body, finished);
  socket.uncork();
}

function finish(request: IncomingMessage & { _consuming?: boolean }, response: ServerResponse): void {
  if (request.complete) {
    // It is all there, or it has no body: spares the reading of nothing, with its own events. Where a Node does not know the word, it
    // reads.
    request._consuming = true;
    forget(request);
  }
  response.emit('finish');
}

/** As Node does when a request has been read to its end: a connection that waits for the next one should not hold the last. */
function forget(request: IncomingMessage): void {
  const { parser } = request.socket as Socket & { parser?: { incoming: IncomingMessage | null } | null };
  if (parser?.incoming === request) parser.incoming = null;
}
