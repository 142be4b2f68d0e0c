import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Answer, type SandboxRequest } from '../browser-port.js';

const largest = 1024 * 1024;

/** `undefined` leaves the request unanswered; `reset` closes its connection. */
export type Reply = Answer | 'reset' | undefined;
export type Door = (request: SandboxRequest & { method: string }) => Promise<Reply>;

/** Answers on loopback only. @param port 0 takes a free one */
export async function listen(port: number, door: Door): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => void serve(request, response, door));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function serve(incoming: IncomingMessage, response: ServerResponse, door: Door): Promise<void> {
  try {
    const body = await readBody(incoming);
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const reply =
      body && (await door({ method: incoming.method ?? 'GET', url, headers: incoming.headers, body, params: {} }));
    send(incoming, response, body ? reply : { status: 413, body: 'Too large' });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const body = JSON.stringify({ error: { type: 'api_error', message: `The sandbox failed: ${message}` } });
    send(incoming, response, { status: 500, headers: { 'content-type': 'application/json' }, body });
  }
}

function send(incoming: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (reply === 'reset') incoming.socket.destroy();
  else if (reply)
    response.writeHead(reply.status, reply.headers).end(incoming.method === 'HEAD' ? undefined : reply.body);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > largest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
