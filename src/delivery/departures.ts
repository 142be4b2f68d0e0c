import { type Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls when the connection is gone; what it returns takes that back. One listener a connection, however many answers wait on
 * it: a client may send hundreds of requests at once.
 */
export function whenGone(socket: Socket, call: () => void): () => void {
  const calls = waiting.get(socket) ?? begin(socket);
  calls.add(call);
  return () => void calls.delete(call);
}

function begin(socket: Socket): Set<() => void> {
  const calls = new Set<() => void>();
  waiting.set(socket, calls);
  socket.once('close', () => calls.forEach((call) => call()));
  return calls;
}
