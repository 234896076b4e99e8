/**
 * A client's connection that speaks HTTP/2: each stream is a request, and what a stream says becomes
 * HTTP/1's words only after it was held to HTTP/1's rules. Node's nghttp2 refuses what RFC 9113 8.2
 * forbids; what it lets pass and HTTP/1 could not carry is refused here.
 */

import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { parseStreamHead } from "../core/message/parse-stream-head.ts";
import { planeLimits } from "../core/plane-limits.ts";
import type { ClientContext } from "./client-context.ts";
import { Http2Exchange } from "./http2-exchange.ts";
import { WebSocketHandshake } from "./websocket-handshake.ts";

const http2 = process.getBuiltinModule("node:http2");

export interface SessionOptions {
  readonly isTls: boolean;
  readonly remoteAddress: string;
  readonly closed: (session: Http2Connection) => void;
}

/**
 * Streams of one client at once, and what each may send ahead of an instance that does not read: 8 MiB
 * together wait for one connection, beside what is on its way.
 */
const streamsMax = 128;
const windowBytes = 64 * 1024;
/** Streams that a client has taken back, over those that it let be answered: CVE-2023-44487. */
const resetsMax = 200;

export class Http2Connection {
  readonly #session: ServerHttp2Session;
  readonly #socket: Duplex;
  #active = 0;
  #resets = 0;
  #isClosed = false;

  constructor(socket: Duplex, context: ClientContext, options: SessionOptions) {
    this.#socket = socket;
    const session = http2.performServerHandshake(socket, {
      maxHeaderListPairs: planeLimits.fieldsMax,
      maxSessionInvalidFrames: 100,
      settings: {
        maxConcurrentStreams: streamsMax,
        maxHeaderListSize: planeLimits.requestHeadBytesMax,
        initialWindowSize: windowBytes,
        enablePush: false,
        enableConnectProtocol: true,
      },
    });
    this.#session = session;
    session.setTimeout(context.timeouts.keepAliveMs, () => {
      if (this.#active === 0) session.close();
    });
    session.on("stream", (stream, _headers: IncomingHttpHeaders, flags, rawHeaders) =>
      this.#stream(stream, rawHeaders as unknown as string[], (flags & 1) !== 0, {
        context,
        options,
      }),
    );
    session.on("error", () => session.destroy());
    session.on("close", () => {
      this.#isClosed = true;
      options.closed(this);
    });
  }

  drain(): void {
    if (!this.#isClosed) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  #stream(
    stream: ServerHttp2Stream,
    rawHeaders: readonly string[],
    isEnded: boolean,
    { context, options }: { readonly context: ClientContext; readonly options: SessionOptions },
  ): void {
    const { isTls, remoteAddress } = options;
    stream.on("error", () => {});
    const parsed = parseStreamHead(rawHeaders, isEnded);
    if ("error" in parsed) {
      context.refused({ status: parsed.status, reason: parsed.error, remoteAddress });
      if (!stream.closed) stream.respond({ ":status": parsed.status }, { endStream: true });
      stream.close();
      return;
    }
    this.#active += 1;
    stream.once("close", () => {
      this.#active -= 1;
      if (stream.rstCode === http2.constants.NGHTTP2_CANCEL) this.#resets += 1;
      else if (this.#resets > 0) this.#resets -= 1;
      if (this.#resets > resetsMax) this.destroy();
    });
    const { head } = parsed;
    const handshake = head.upgrade === undefined ? undefined : new WebSocketHandshake();
    const fields = handshake?.asked(head.fields) ?? head.fields;
    const request = { ...head, fields, handshake, isTls, remoteAddress };
    new Http2Exchange(stream, request, context).begin();
  }
}
