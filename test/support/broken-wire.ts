import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut, and that can fall silent. */
export interface BrokenWire {
  readonly port: number;
  /** Ends all connections and refuses new ones, as a server that was killed. */
  cut(): Promise<void>;
  /** Passes nothing on and ends nothing, as a network that swallows. */
  hush(): void;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

export async function wireTo(target: { host: string; port: number }): Promise<BrokenWire> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk) => isSilent || to.write(chunk));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      // What has fallen silent does not even say that it has ended.
      if (!isSilent) to.destroy();
    });
  };
  const server: Server = createServer((near) => {
    const far = connect(target);
    pass(near, far);
    pass(far, near);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    sockets.forEach((socket) => socket.destroy());
    await closed;
  };
  return {
    port,
    cut,
    hush: () => void (isSilent = true),
    mend: async () => {
      isSilent = false;
      sockets.forEach((socket) => socket.destroy());
      if (!server.listening) await listen(port);
    },
    stop: async () => {
      if (server.listening) await cut();
    },
  };
}
