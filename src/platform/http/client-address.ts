import { type IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** The client's address as Fastify's `request.ip` has it, for doors in front of the framework. */
export function clientAddress(request: IncomingMessage, trustedProxies: readonly string[]): string {
  if (trustedProxies.length === 0) return request.socket.remoteAddress ?? '';
  return proxyAddr(request, [...trustedProxies]);
}
