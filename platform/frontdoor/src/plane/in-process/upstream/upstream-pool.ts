/**
 * The connections to one instance: those that lie idle, those that are used, and new ones.
 *
 * The one that was used last is used next, so that what a peak left over grows old and is closed.
 */

import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Clock } from "@tavola/host";
import { planeLimits } from "../core/plane-limits.ts";
import { trustedAuthorities } from "./trusted-authorities.ts";
import type { UpstreamAddress } from "./upstream-address.ts";
import { type ConnectionHome, UpstreamConnection } from "./upstream-connection.ts";

export interface ConnectFailure {
  readonly kind: "connect" | "connect-timeout";
  readonly reason: string;
}

/**
 * Where sockets read to, and from where it is copied at once. PERF: a new buffer of 64 KiB for each read,
 * and a stream's events, took a tenth of what a request costs.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

type Connected = (made: UpstreamConnection | ConnectFailure) => void;

export class UpstreamPool implements ConnectionHome {
  readonly #address: UpstreamAddress;
  readonly #clock: Clock;
  /** The last one is the youngest. */
  readonly #idle: UpstreamConnection[] = [];
  readonly #open = new Set<UpstreamConnection>();
  #connecting = 0;
  #isClosed = false;

  constructor(address: UpstreamAddress, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** One that lies idle, if any. */
  take(): UpstreamConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.isUsable) return connection;
    }
  }

  /** A new one. `connected` is called once, later; the returned function gives up, without a call. */
  connect(
    { timeoutMs, mayUpgrade }: { readonly timeoutMs: number; readonly mayUpgrade: boolean },
    connected: Connected,
  ): () => void {
    if (this.#open.size + this.#connecting >= planeLimits.connectionsPerInstanceMax) {
      const full = { kind: "connect", reason: "too many connections to it" } as const;
      const timer = this.#clock.after(0, () => connected(full));
      return () => timer.cancel();
    }
    this.#connecting += 1;
    const { host, port, isTls } = this.#address;
    let connection: UpstreamConnection | undefined;
    const onread = {
      buffer: readBuffer,
      callback: (bytes: number): boolean => {
        connection?.received(Buffer.from(readBuffer.subarray(0, bytes)));
        return true;
      },
    };
    const reading = mayUpgrade ? {} : { onread };
    const target = { host, port, noDelay: true, allowHalfOpen: false, ...reading };
    const socket: Socket = isTls
      ? connectTls({ ...target, ...tlsOptions(host) })
      : connectTcp(target);
    let isSettled = false;
    const settle = (made: UpstreamConnection | ConnectFailure | undefined): void => {
      if (isSettled) return;
      isSettled = true;
      this.#connecting -= 1;
      timer.cancel();
      if (!(made instanceof UpstreamConnection)) socket.destroy();
      if (made !== undefined) connected(made);
    };
    const timer = this.#clock.after(timeoutMs, () =>
      settle({ kind: "connect-timeout", reason: "it took no connection in time" }),
    );
    const failed = (error: NodeJS.ErrnoException): void =>
      settle({ kind: "connect", reason: reasonOf(error) });
    socket.on("error", failed);
    socket.once(isTls ? "secureConnect" : "connect", () => {
      connection = new UpstreamConnection(socket, this, this.#clock);
      socket.off("error", failed);
      this.#open.add(connection);
      settle(connection);
    });
    return () => settle(undefined);
  }

  free(connection: UpstreamConnection, idleMs: number): void {
    if (this.#isClosed || idleMs <= 0) {
      connection.destroy();
      return;
    }
    connection.idleFor(idleMs);
    this.#idle.push(connection);
  }

  over(connection: UpstreamConnection): void {
    this.#open.delete(connection);
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  /** Nothing new; what runs may end. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  /** Cuts what runs. */
  destroy(): void {
    this.close();
    for (const connection of [...this.#open]) connection.cut("the instance was withdrawn");
  }
}

function tlsOptions(host: string): ConnectionOptions {
  const options = { secureContext: trustedAuthorities(), ALPNProtocols: ["http/1.1"] };
  // An address is no server name (RFC 6066 3).
  return isIP(host) === 0 ? { ...options, servername: host } : options;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === "ECONNREFUSED" ? "connection refused" : error.message;
}
