/**
 * One TCP port that serves HTTP and libprocess alike.
 *
 * A libprocess message is an HTTP POST, told apart by two headers. Reading it with a general HTTP
 * server costs ten times what the message itself does, so the first request head of a connection
 * decides: a connection that starts with a message goes to the raw receiver, every other one to the
 * HTTP server. (A message that comes later on an HTTP connection is still taken, at HTTP's price.)
 *
 * Owns listening, telling connections apart and ending them. What an HTTP request means is the
 * handler's business, what a message means is the daemon's.
 */

import { createServer, type Server, type Socket } from "node:net";
import { CodedError } from "@tavola/base";
import type { LibprocessMessage } from "@tavola/protocol";
import { advertisedIpFor } from "./advertised-ip.ts";
import { classifyConnection } from "./connection-kind.ts";
import type { HttpHandler } from "./http.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";
import { createMessageIntake, receiveMessages } from "./libprocess-receiver.ts";
import type { Logger } from "./logger.ts";
import { createMessenger, type Messenger } from "./messenger.ts";
import { type QuickHandler, QuickLane } from "./quick-lane.ts";
import { flushTurnWrites } from "./turn-writes.ts";

export interface EndpointOptions {
  readonly ip: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** What peers are told; default: ip and the bound port. */
  readonly advertiseIp?: string;
  readonly advertisePort?: number;
  readonly onRequest: HttpHandler;
  /** What comes by the ten thousand and is answered at once, read without Node's HTTP server. */
  readonly quick?: QuickHandler;
  /**
   * Never called from within `messenger.send`. "unknown" answers 404: no such process here. The body
   * is a view of the connection's buffer that stays as it is.
   */
  readonly onMessage?: (message: LibprocessMessage) => "accepted" | "unknown";
  readonly logger: Logger;
  /** Default 64 MiB, decompressed. */
  readonly bodyBytesMax?: number;
  /** Buffered for one streaming client before it is cut off. Default 64 MiB. */
  readonly streamBufferBytesMax?: number;
  /** Queued for one libprocess peer before its connection is given up. Default 64 MiB. */
  readonly messageQueueBytesMax?: number;
}

export interface Endpoint {
  /** What peers are told: the advertised address, which is the bound one unless said otherwise. */
  readonly ip: string;
  readonly port: number;
  readonly boundPort: number;
  readonly messenger: Messenger;
  /** Messages dropped: undecodable framing, unknown process. */
  readonly droppedMessages: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

const limits = {
  bodyBytesMax: 64 * 1024 * 1024,
  streamBufferBytesMax: 64 * 1024 * 1024,
  messageQueueBytesMax: 64 * 1024 * 1024,
  backlog: 4096,
  /** From accepting a connection to the first bytes that tell what it is. */
  firstBytesMsMax: 60_000,
} as const;

/** Rejects with CodedError CANNOT_LISTEN when the address is taken or not ours. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const bodyBytesMax = options.bodyBytesMax ?? limits.bodyBytesMax;
  const sockets = new Set<Socket>();
  const intake = createMessageIntake();
  const dropped = { count: 0 };
  const onMessage = (message: LibprocessMessage): "accepted" | "unknown" => {
    const outcome = options.onMessage?.(message) ?? "unknown";
    if (outcome === "unknown") dropped.count += 1;
    return outcome;
  };
  const http = createHttpServer({
    onRequest: options.onRequest,
    onMessage,
    logger: options.logger,
    bodyBytesMax,
    streamBufferBytesMax: options.streamBufferBytesMax ?? limits.streamBufferBytesMax,
  });
  const lane = options.quick && laneOf(options, options.quick, http);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    route(socket);
  });

  function route(socket: Socket): void {
    classifyConnection(socket, limits.firstBytesMsMax, (kind) => {
      if (kind === "http") {
        (lane ?? http).accept(socket);
        return;
      }
      receiveMessages(socket, {
        onMessage,
        intake,
        bodyBytesMax,
        onBroken(error) {
          dropped.count += 1;
          options.logger.warn(
            { peer: socket.remoteAddress, error },
            "closing a libprocess connection whose framing is broken",
          );
        },
      });
    });
  }

  const boundPort = await listen(server, options.ip, options.port);
  const address = {
    ip: options.advertiseIp ?? advertisedIpFor(options.ip),
    port: options.advertisePort ?? boundPort,
  };
  const messenger = createMessenger({
    ...address,
    deliverHere: onMessage,
    logger: options.logger,
    queueBytesMax: options.messageQueueBytesMax ?? limits.messageQueueBytesMax,
  });
  return {
    ...address,
    boundPort,
    messenger,
    get droppedMessages() {
      return dropped.count;
    },
    async close() {
      messenger.close();
      intake.close();
      // Closing ends the connections that wait for requests, with what they have not written.
      flushTurnWrites();
      lane?.close();
      http.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function laneOf(options: EndpointOptions, quick: QuickHandler, http: HttpServer): QuickLane {
  return new QuickLane({
    quick,
    onRequest: options.onRequest,
    logger: options.logger,
    bodyBytesMax: options.bodyBytesMax ?? limits.bodyBytesMax,
    giveAway: (socket) => http.accept(socket),
  });
}

function listen(server: Server, ip: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new CodedError("CANNOT_LISTEN", `Cannot listen on ${ip}:${port}`, { ip, port }, { cause }),
      );
    });
    server.listen({ host: ip, port, backlog: limits.backlog }, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  });
}
