/**
 * Takes HAProxy's log from a Unix socket. HAProxy keeps lines in a ring of some megabytes until we have
 * read them, and drops new ones when it is full: it never waits for us, and never holds more.
 *
 * What comes is read every few milliseconds, all of it: to be woken by each line would cost more than
 * the line.
 */

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

const readEveryMs = 20;
/** What Node reads at once; less was all there was. */
const pieceBytes = 65_536;

export class LogReceiver {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `openLine` makes what takes the bytes of one connection. */
  static async listen(path: string, openLine: () => (piece: Buffer) => void): Promise<LogReceiver> {
    const server = createServer();
    const receiver = new LogReceiver(server);
    server.on("connection", (socket) => receiver.#take(socket, openLine()));
    server.listen({ path });
    await once(server, "listening");
    return receiver;
  }

  #take(socket: Socket, onPiece: (piece: Buffer) => void): void {
    this.#sockets.add(socket);
    socket.on("data", (piece: Buffer) => {
      onPiece(piece);
      if (piece.length >= pieceBytes) return;
      socket.pause();
      setTimeout(() => socket.resume(), readEveryMs);
    });
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }

  /** Takes no other connection; the one there is ends when HAProxy does. */
  finish(): void {
    this.#server.close();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
