import { once } from 'node:events';
import { createConnection } from 'node:net';
import { eventually } from './http.js';

/** A connection on which bytes are sent as they are, for what no HTTP client would do. */
export interface Wire {
  send(bytes: string | Uint8Array): void;
  /** All that has come so far. */
  received(): string;
  /** Waits for `pattern` in what has come; answers with all of it, also when time is up. */
  until(pattern: RegExp, ms?: number): Promise<string>;
  /** True once the server has ended the connection. */
  closed(ms?: number): Promise<boolean>;
  destroy(): void;
}

export async function connect(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  let ended = false;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => (ended = true));
  socket.on('close', () => (ended = true));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const received = () => Buffer.concat(chunks).toString('latin1');
  return {
    received,
    send: (bytes) => void socket.write(bytes),
    until: (pattern, ms = 5_000) =>
      eventually(
        async () => received(),
        (text) => pattern.test(text),
        ms,
      ),
    closed: (ms = 5_000) => eventually(async () => ended, Boolean, ms),
    destroy: () => void socket.destroy(),
  };
}

/** The head of a request, ready to be sent. */
export function head(method: string, path: string, headers: Record<string, string | number>): string {
  const all = { host: 'localhost', 'user-agent': 'tests', ...headers };
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

/** Sends one request with these bytes as its target and answers with the whole of what came back. */
export async function rawAsk(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string | number> = {},
): Promise<string> {
  const wire = await connect(url);
  wire.send(head(method, path, { connection: 'close', ...headers }));
  await wire.closed();
  wire.destroy();
  return wire.received();
}
