/** A wire between a client and a server that a test can cut, or clog in one direction. */

import { connect, createServer, type Server, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Whether bytes pass now. What does not pass is kept back until the wire is cut, and lost then. */
  readonly passes: { requests: boolean; answers: boolean };
  /** Called with every piece that the client sends, before it passes. */
  onRequest: (piece: Buffer) => void;
  /** Breaks what is connected now. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host, port });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (piece: Buffer) => {
      proxy.onRequest(piece);
      if (proxy.passes.requests) upstream.write(piece);
    });
    upstream.on("data", (piece: Buffer) => proxy.passes.answers && client.write(piece));
  });
  const proxy: TcpProxy = {
    port: await listening(server),
    passes: { requests: true, answers: true },
    onRequest: () => undefined,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      proxy.cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

/** The port that it took on loopback. */
export async function listening(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
