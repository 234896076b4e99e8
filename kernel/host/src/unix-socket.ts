/**
 * HTTP on a Unix socket: how an agent talks to what it started on its own machine.
 *
 * Only the socket's owner may connect. A socket file that nobody listens on (its process was killed)
 * is replaced; one that somebody answers on is not.
 */

import { chmod, lstat, unlink } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { CodedError } from "@tavola/base";
import type { HttpHandler } from "./http.ts";
import { createHttpServer } from "./http-server.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { flushTurnWrites } from "./turn-writes.ts";

export interface UnixSocketOptions {
  readonly logger?: Logger;
  /** Default 64 MiB. */
  readonly bodyBytesMax?: number;
  /** Default 64 MiB. */
  readonly streamBufferBytesMax?: number;
}

export interface UnixSocketServer {
  /** Ends every connection and removes the socket. */
  close(): Promise<void>;
}

const defaultBytesMax = 64 * 1024 * 1024;
/** sun_path's size, less its ending zero. */
const pathBytesMax = 107;

/** Rejects with CodedError CANNOT_LISTEN; `transient` is false: somebody else is there, or the path is no good. */
export async function serveUnixSocket(
  path: string,
  onRequest: HttpHandler,
  options: UnixSocketOptions = {},
): Promise<UnixSocketServer> {
  if (Buffer.byteLength(path) > pathBytesMax) {
    throw new CodedError(
      "CANNOT_LISTEN",
      `Cannot listen on ${path}: the path is longer than ${pathBytesMax} bytes`,
      { path },
    );
  }
  await removeAbandoned(path);
  const http = createHttpServer({
    onRequest,
    logger: options.logger ?? silentLogger,
    bodyBytesMax: options.bodyBytesMax ?? defaultBytesMax,
    streamBufferBytesMax: options.streamBufferBytesMax ?? defaultBytesMax,
  });
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    http.accept(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new CodedError("CANNOT_LISTEN", `Cannot listen on ${path}`, { path }, { cause }));
    });
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    async close() {
      // Closing ends the connections that wait for requests, with what they have not written.
      flushTurnWrites();
      http.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function removeAbandoned(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new CodedError("CANNOT_LISTEN", `Cannot listen on ${path}: it is no socket`, { path });
  }
  if (await answers(path)) {
    throw new CodedError("CANNOT_LISTEN", `Cannot listen on ${path}: somebody already does`, {
      path,
    });
  }
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
