/**
 * The sockets of a fleet of agents: many libprocess processes behind few addresses.
 *
 * An address is a listening port of its own, and one connection from it to the master, as libprocess
 * has it; the processes behind it (`slave(1)`, `slave(2)`, …) share both. Messages that come are
 * answered as libprocess answers them. What they say is the fleet's business.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import {
  encodeLibprocessMessage,
  LibprocessDecoder,
  type LibprocessMessage,
  type Upid,
} from "@tavola/protocol";

const host = "127.0.0.1";
const accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

export class AgentAddress {
  readonly port: number;
  readonly #server: Server;
  readonly #incoming = new Set<Socket>();
  #outgoing: { readonly socket: Socket; readonly to: string } | undefined;
  #pending: Uint8Array[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** `onMessage` gets what is sent to any process here. */
  static open(onMessage: (to: AgentAddress, message: LibprocessMessage) => void) {
    return new Promise<AgentAddress>((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) =>
        address.#receive(socket, onMessage),
      );
      let address: AgentAddress;
      server.once("error", reject);
      server.listen({ host, port: 0 }, () => {
        const bound = server.address();
        address = new AgentAddress(server, typeof bound === "object" ? (bound?.port ?? 0) : 0);
        resolve(address);
      });
    });
  }

  /** What is sent in one turn of the event loop leaves in one system call. */
  send(process: string, to: Upid, name: string, body: Uint8Array): void {
    const from = { id: process, host, port: this.port };
    this.#pending.push(encodeLibprocessMessage(from, to, name, body));
    if (this.#pending.length > 1) return;
    setImmediate(() => {
      const messages = this.#pending;
      this.#pending = [];
      this.#connectionTo(to).write(Buffer.concat(messages));
    });
  }

  close(): void {
    this.#server.close();
    this.#outgoing?.socket.destroy();
    for (const socket of this.#incoming) socket.destroy();
  }

  #receive(
    socket: Socket,
    onMessage: (to: AgentAddress, message: LibprocessMessage) => void,
  ): void {
    const decoder = new LibprocessDecoder();
    this.#incoming.add(socket);
    socket.on("data", (chunk: Buffer) => {
      const { value: messages = [], error } = decoder.push(chunk);
      // Thousands of ports are ours: somebody else's client may look for its server there.
      if (error !== undefined) socket.destroy();
      if (messages.length === 0) return;
      socket.write(accepted.repeat(messages.length), "latin1");
      for (const message of messages) onMessage(this, message);
    });
    socket.on("error", () => {});
    socket.on("close", () => this.#incoming.delete(socket));
  }

  #connectionTo(to: Upid): Socket {
    const key = `${to.host}:${to.port}`;
    if (this.#outgoing?.to === key && !this.#outgoing.socket.destroyed) {
      return this.#outgoing.socket;
    }
    this.#outgoing?.socket.destroy();
    const socket = connect({ host: to.host, port: to.port, noDelay: true });
    // A message to a master that is gone is lost; whoever sent it tries again.
    socket.on("error", () => socket.destroy());
    socket.resume();
    this.#outgoing = { socket, to: key };
    return socket;
  }
}
