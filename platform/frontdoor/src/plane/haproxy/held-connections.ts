/**
 * Takes connections while no HAProxy listens, and passes them on to the next one: who connects in between
 * waits, and is not refused.
 *
 *     HAProxy dies ──► we listen on its ports ──► the next one serves ──► we listen no more
 *                        connections wait             they go on through us, to its own end
 *
 * HAProxy listens with SO_REUSEPORT, and so do we: neither waits for the other to stop. Who asks is said
 * in front of each connection (PROXY protocol, version 1); all else, TLS too, is HAProxy's alone.
 */

import { connect, createServer, isIPv4, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { describeError } from "@tavola/base";
import type { Logger } from "@tavola/host";
import { heldSocketNames } from "./held-binds.ts";
import type { ListenPorts } from "./listen-ports.ts";

const limits = {
  /** More than that are closed at once. */
  heldMax: 10_000,
  heldMs: 30_000,
  /** Of those who come while this process is busy; the kernel has a maximum of its own. */
  backlog: 4_096,
} as const;

export class HeldConnections {
  readonly #logger: Logger;
  #servers: readonly Server[] = [];
  /** Whoever waits, with the name of the socket that takes them up. */
  readonly #held = new Map<Socket, string>();
  /** All that are open, passed on or not. */
  readonly #sockets = new Set<Socket>();
  /** Of the HAProxy that serves now; undefined: none does. */
  #folder: string | undefined;
  #isFinishing = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** No HAProxy listens. Where we cannot either, connections are refused as they would be without us. */
  begin({ ip, httpPort, httpsPort }: ListenPorts): void {
    this.#folder = undefined;
    if (this.#isFinishing || this.#servers.length > 0) return;
    this.#servers = [
      ...(httpPort === undefined ? [] : [this.#listen(ip, httpPort, heldSocketNames.http)]),
      ...(httpsPort === undefined ? [] : [this.#listen(ip, httpsPort, heldSocketNames.https)]),
    ];
  }

  #listen(ip: string, port: number, socketName: string): Server {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    server.on("connection", (socket) => this.#take(socket, socketName));
    server.on("error", (error) => {
      this.#logger.warn({ error: describeError(error) }, "cannot hold connections for HAProxy");
    });
    server.on("listening", () => {
      if (!this.#servers.includes(server)) server.close();
    });
    return server.listen({ host: ip, port, reusePort: true, backlog: limits.backlog });
  }

  #take(socket: Socket, socketName: string): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#held.delete(socket);
      this.#sockets.delete(socket);
    });
    if (this.#folder !== undefined) void passOn(socket, join(this.#folder, socketName));
    else if (this.#held.size >= limits.heldMax) socket.destroy();
    else {
      this.#held.set(socket, socketName);
      socket.setTimeout(limits.heldMs, () => socket.destroy());
    }
  }

  /** A HAProxy serves that was started in this folder. Idempotent. */
  async release(folder: string): Promise<void> {
    if (this.#servers.length === 0) return;
    this.#folder = folder;
    const held = [...this.#held];
    this.#held.clear();
    for (const [socket, socketName] of held) void passOn(socket, join(folder, socketName));
    // Whom the kernel has accepted for us we have, too, by the end of this turn of the event loop.
    await setImmediate();
    if (this.#folder === folder) this.#stopListening();
  }

  #stopListening(): void {
    for (const server of this.#servers) server.close();
    this.#servers = [];
  }

  /** No HAProxy follows: whoever waits is cut, and nobody is held any more. */
  finish(): void {
    this.#isFinishing = true;
    this.#stopListening();
    for (const socket of this.#held.keys()) socket.destroy();
  }

  /** Cuts what goes through us, too. */
  close(): void {
    this.finish();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function passOn(client: Socket, path: string): Promise<void> {
  client.setTimeout(0);
  const { remotePort, localPort } = client;
  const [from, to] = [addressText(client.remoteAddress), addressText(client.localAddress)];
  // Who has gone has no address any more.
  if (from === undefined || to === undefined) return void client.destroy();
  const haproxy = connect({ path, allowHalfOpen: true });
  haproxy.write(`PROXY TCP${isIPv4(from) ? 4 : 6} ${from} ${to} ${remotePort} ${localPort}\r\n`);
  try {
    await Promise.all([pipeline(client, haproxy), pipeline(haproxy, client)]);
  } catch {
    // One of the two was cut, and the other is by this.
    client.destroy();
    haproxy.destroy();
  }
}

/** `::ffff:10.0.0.1`, as a socket for both families has it, is `10.0.0.1`. */
function addressText(address: string | undefined): string | undefined {
  const mapped = address?.replace(/^::ffff:/i, "");
  return mapped !== undefined && isIPv4(mapped) ? mapped : address;
}
