/**
 * Serves HTTP on connections that somebody else accepted.
 *
 * The endpoint shares one TCP port between HTTP and libprocess, and the executor host listens on a
 * Unix socket; both hand their connections here. Parsing, keep-alive and the order of pipelined
 * responses are Node's. Owns what happens around a handler: its failure is a 500 with its text, a
 * body over the limit a 413, malformed HTTP a 400 that ends that connection and no other.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { LibprocessMessage } from "@tavola/protocol";
import type { HttpHandler } from "./http.ts";
import { failureResponse } from "./http-failure.ts";
import { parseRequestTarget, ReceivedRequest } from "./http-request.ts";
import { dismissResponse, writeResponse } from "./http-response.ts";
import { receiveOverHttp, senderOf } from "./libprocess-over-http.ts";
import type { Logger } from "./logger.ts";
import { nodeHttp } from "./node-http.ts";
import { collectTurnWrites } from "./turn-writes.ts";

export interface HttpServerOptions {
  readonly onRequest: HttpHandler;
  /** Takes a libprocess message that came on a connection used for HTTP before. */
  readonly onMessage?: (message: LibprocessMessage) => "accepted" | "unknown";
  readonly logger: Logger;
  readonly bodyBytesMax: number;
  readonly streamBufferBytesMax: number;
}

export interface HttpServer {
  /** Takes the connection over; bytes already read from it were unshifted onto it. */
  accept(socket: Socket): void;
  /** Stops checking for stale connections; the connections themselves are the caller's to end. */
  close(): void;
}

const limits = {
  /** From a connection's first byte of a request to the end of its headers. */
  headersMsMax: 60_000,
  headersBytesMax: 64 * 1024,
  /** Between two requests on one connection. Mesos never closes idle ones; we do after a while. */
  keepAliveMs: 10 * 60_000,
  bodySilenceMsMax: 60_000,
  responseStallMsMax: 5 * 60_000,
  /** Read and thrown away after a refusal, so that the client sees it before the connection ends. */
  lingerMs: 2_000,
} as const;

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = nodeHttp.createServer({
    headersTimeout: limits.headersMsMax,
    // A request body may be a stream of its own; silence within one is judged when it is read.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headersBytesMax,
    joinDuplicateHeaders: true,
    noDelay: true,
  });
  const unanswered: Unanswered = new WeakMap();
  server.on("request", (incoming, out) => {
    void serve(options, unanswered, incoming, out);
  });
  server.on("clientError", refuseMalformed);
  // Node starts looking for connections that never finish their headers when it listens. This
  // server never listens itself.
  server.emit("listening");
  return {
    accept(socket) {
      collectTurnWrites(socket);
      const requests = new Set<ReceivedRequest>();
      unanswered.set(socket, requests);
      // Node tells only the request that is being answered, not those that wait behind it.
      socket.once("close", () => {
        for (const request of requests) request.clientGone();
      });
      server.emit("connection", socket);
    },
    close() {
      server.close(() => {});
    },
  };
}

/** The requests of each connection that are not answered yet. */
type Unanswered = WeakMap<Socket, Set<ReceivedRequest>>;

async function serve(
  options: HttpServerOptions,
  unanswered: Unanswered,
  incoming: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  const target = parseRequestTarget(incoming.url ?? "");
  if (target === undefined) {
    out.writeHead(400, { "Content-Length": 0 }).end();
    return;
  }
  const request = new ReceivedRequest(incoming, target, {
    bodyBytesMax: options.bodyBytesMax,
    silenceMsMax: limits.bodySilenceMsMax,
  });
  const siblings = unanswered.get(incoming.socket);
  siblings?.add(request);
  out.on("close", () => {
    siblings?.delete(request);
    if (!out.writableFinished) request.clientGone();
  });
  try {
    const sender = options.onMessage && senderOf(incoming);
    const response =
      options.onMessage !== undefined && sender !== undefined
        ? await receiveOverHttp(sender, request, options.onMessage)
        : await options.onRequest(request);
    if (request.isClientGone) return await dismissResponse(response);
    await writeResponse(out, response, {
      method: request.method,
      acceptEncoding: incoming.headers["accept-encoding"],
      streamBufferBytesMax: options.streamBufferBytesMax,
      onGone: (run) => request.onGone(run),
    });
    if (!("stream" in response)) endStalled(out);
  } catch (error) {
    refuseFailed(options.logger, request, out, error);
  }
}

/** Whoever takes nothing of a plain response for so long is gone. */
function endStalled(out: ServerResponse): void {
  if (out.writableFinished || out.writableLength === 0) return;
  out.setTimeout(limits.responseStallMsMax, () => out.destroy());
}

/** The handler threw, or its response cannot be written. */
function refuseFailed(
  logger: Logger,
  request: ReceivedRequest,
  out: ServerResponse,
  error: unknown,
): void {
  const { status, headers, body } = failureResponse(logger, request, error);
  if (request.isClientGone) return;
  if (out.headersSent) {
    out.destroy();
    return;
  }
  if (!out.req.complete) discardRest(out.req);
  out.writeHead(status, { ...headers, "Content-Length": body.length });
  out.end(request.method === "HEAD" ? undefined : body);
}

/**
 * The rest of a refused body is read and thrown away, for a while: a connection that is ended with
 * unread bytes in it is reset, and the refusal may be lost with it.
 */
function discardRest(incoming: IncomingMessage): void {
  const { socket } = incoming;
  incoming.resume();
  const timer = setTimeout(() => {
    if (!incoming.complete) socket.destroy();
  }, limits.lingerMs);
  socket.once("close", () => clearTimeout(timer));
  incoming.once("end", () => clearTimeout(timer));
}

function refuseMalformed(error: NodeJS.ErrnoException, socket: NodeJS.WritableStream): void {
  const connection = socket as Socket & { _httpMessage?: { _headerSent?: boolean } | null };
  if (error.code === "ECONNRESET" || !connection.writable) {
    connection.destroy(error);
    return;
  }
  // Half a response is on the wire already: whatever came now would be read as part of it.
  if (connection._httpMessage?._headerSent) {
    connection.destroy();
    return;
  }
  const [line, text] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "Request headers are too large."]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "Request headers did not arrive in time."]
        : ["400 Bad Request", "Malformed HTTP request."];
  connection.end(
    `HTTP/1.1 ${line}\r\nDate: ${new Date().toUTCString()}\r\nConnection: close\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}
