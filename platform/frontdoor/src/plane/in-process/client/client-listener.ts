/**
 * Where clients come in: plain or TLS, HTTP/1.1 or HTTP/2 on the same port.
 *
 * TLS says which by ALPN; in clear text a connection that begins with HTTP/2's preface speaks it (RFC
 * 9113 3.3), any other HTTP/1.
 */

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type SecureContext, type TLSSocket } from "node:tls";
import { CodedError } from "@tavola/base";
import { withoutIpv6Clothes } from "../core/headers/forwarded-fields.ts";
import type { CertificateStore } from "../tls/certificate-store.ts";
import type { ClientContext } from "./client-context.ts";
import { Http1Connection } from "./http1-connection.ts";
import { Http2Connection } from "./http2-session.ts";

interface Connection {
  /** Takes no new request; ends when it has none. */
  drain(): void;
  destroy(): void;
}

const prefaceStart = Buffer.from("PRI * HTTP/2.0\r\n\r\n");

export class ClientListener {
  readonly #server: Server;
  readonly #context: ClientContext;
  readonly #isTls: boolean;
  readonly #connections = new Set<Connection>();
  #wake: () => void = () => {};

  constructor(context: ClientContext, certificates: CertificateStore | undefined) {
    this.#context = context;
    this.#isTls = certificates !== undefined;
    if (certificates === undefined) {
      this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
        this.#accept(socket),
      );
    } else {
      const options = {
        noDelay: true,
        allowHalfOpen: true,
        ALPNProtocols: ["h2", "http/1.1"],
        minVersion: "TLSv1.2" as const,
        handshakeTimeout: context.timeouts.requestHeadMs,
        SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) =>
          done(null, certificates.contextFor(name)),
      };
      const server = createTlsServer({ ...options, ...certificates.fallback() }, (socket) =>
        this.#acceptTls(socket),
      );
      server.on("tlsClientError", (_error, socket) => socket.destroy());
      certificates.onReload((fallback) => server.setSecureContext(fallback));
      this.#server = server;
    }
  }

  /** The port. Rejects with LISTEN_FAILED. */
  async listen(ip: string, port: number): Promise<number> {
    this.#server.listen({ host: ip, port, backlog: 4096 });
    try {
      await once(this.#server, "listening");
    } catch (cause) {
      throw new CodedError("LISTEN_FAILED", "cannot listen for clients", { ip, port }, { cause });
    }
    // The system is out of descriptors, or the like: who came is not served, all others are.
    this.#server.on("error", (error) => {
      this.#context.logger.warn({ error, ip, port }, "a connection could not be taken");
    });
    return (this.#server.address() as { readonly port: number }).port;
  }

  /** No new connections; resolves when all are over. */
  async drain(): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections) connection.drain();
    while (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  destroy(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(socket: Socket): void {
    const failed = (): void => void socket.destroy();
    socket.on("error", failed);
    const timer = this.#context.clock.after(this.#context.timeouts.requestHeadMs, failed);
    const unknown = { drain: failed, destroy: failed };
    this.#connections.add(unknown);
    const known = (): void => {
      timer.cancel();
      socket.off("data", first).off("close", known);
      this.#over(unknown);
    };
    const first = (chunk: Buffer): void => {
      known();
      socket.pause();
      socket.off("error", failed);
      socket.unshift(chunk);
      const start = chunk.subarray(0, prefaceStart.length);
      if (chunk.length >= 3 && prefaceStart.subarray(0, start.length).equals(start)) {
        this.#http2(socket);
      } else {
        this.#http1(socket);
        socket.resume();
      }
    };
    socket.on("data", first).on("close", known);
  }

  #acceptTls(socket: TLSSocket): void {
    if (socket.alpnProtocol === "h2") this.#http2(socket);
    else this.#http1(socket);
  }

  #http1(socket: Socket): void {
    const closed = (connection: Connection): void => this.#over(connection);
    this.#connections.add(
      new Http1Connection(socket, this.#context, { isTls: this.#isTls, closed }),
    );
  }

  #http2(socket: Socket): void {
    const remoteAddress = withoutIpv6Clothes(socket.remoteAddress ?? "");
    const closed = (connection: Connection): void => this.#over(connection);
    this.#connections.add(
      new Http2Connection(socket, this.#context, { isTls: this.#isTls, remoteAddress, closed }),
    );
  }

  #over(connection: Connection): void {
    this.#connections.delete(connection);
    this.#wake();
  }
}
