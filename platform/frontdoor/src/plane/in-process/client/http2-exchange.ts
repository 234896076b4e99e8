/** A request on an HTTP/2 stream, and the way back on it. */

import type { ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { hasBody } from "../core/message/body-framing.ts";
import type { FieldList } from "../core/message/field-list.ts";
import { trailersThatGoOn } from "../core/message/trailer-fields.ts";
import { Deadline } from "../deadline.ts";
import type { ClientContext } from "./client-context.ts";
import type {
  AnswerHead,
  ClientExchange,
  ClientRequest,
  ExchangeListener,
} from "./client-exchange.ts";

const { constants } = process.getBuiltinModule("node:http2");

export class Http2Exchange implements ClientExchange {
  readonly request: ClientRequest;
  readonly #stream: ServerHttp2Stream;
  readonly #context: ClientContext;
  readonly #deadline: Deadline;
  #listener: ExchangeListener | undefined;
  #trailersIn: FieldList | undefined;
  #trailersOut: FieldList | undefined;
  #bodyBytes = 0;
  #isReading = false;
  #hasEnded = false;
  #isBlocked = false;
  #isBodyOver: boolean;
  #isDone = false;

  constructor(stream: ServerHttp2Stream, request: ClientRequest, context: ClientContext) {
    this.request = request;
    this.#stream = stream;
    this.#context = context;
    this.#isBodyOver = !hasBody(request.framing);
    this.#deadline = new Deadline(context.clock, () => this.#late());
    stream.pause();
    stream.on("trailers", (_trailers, _flags, raw) => {
      this.#trailersIn = trailersThatGoOn(raw as unknown as string[]);
    });
    // Of a tunnel that is none yet nothing is taken: it is no body of the request.
    if (request.upgrade === undefined) {
      stream.on("data", (bytes: Buffer) => this.#data(bytes));
      // Also of a stream that nobody reads, when nothing is left in it.
      stream.on("end", () => {
        this.#hasEnded = true;
        if (this.#isReading) this.#bodyEnded();
      });
    }
    stream.on("drain", () => this.#drained());
    // The client has taken it back, and nothing can be said on it any more, some turns before it closes.
    stream.on("aborted", () => this.#closed());
    stream.on("close", () => this.#closed());
    stream.on("wantTrailers", () => {
      if (!this.#isDeaf) stream.sendTrailers(headersOf(this.#trailersOut ?? []));
    });
  }

  begin(): void {
    this.#listener = this.#context.serve(this);
  }

  readBody(): void {
    if (this.#isReading || this.#isBodyOver) return;
    this.#isReading = true;
    this.#deadline.set(this.#context.timeouts.bodyIdleMs);
    if (this.#hasEnded) process.nextTick(() => this.#bodyEnded());
    else this.#stream.resume();
  }

  pauseBody(): void {
    this.#isReading = false;
    this.#deadline.clear();
    this.#stream.pause();
  }

  inform(status: number, fields: readonly string[]): void {
    if (this.#isDeaf || this.#stream.headersSent) return;
    this.#stream.additionalHeaders({ ":status": status, ...headersOf(fields) });
  }

  respond({ status, fields, framing, announcedBytes }: AnswerHead): void {
    if (this.#isDeaf) return;
    const length =
      framing.kind === "length" ? String(framing.bytes) : (announcedBytes ?? undefined);
    const headers = { ":status": status, ...headersOf(fields) };
    this.#stream.respond(
      length === undefined ? headers : { ...headers, "content-length": length },
      framing.kind === "none" ? { endStream: true } : { waitForTrailers: true },
    );
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isDeaf || this.#stream.writableEnded) return true;
    const hasRoom = this.#stream.write(bytes);
    if (!hasRoom && !this.#isBlocked) {
      this.#isBlocked = true;
      this.#deadline.set(this.#context.timeouts.bodyIdleMs);
    }
    return hasRoom;
  }

  end(trailers: FieldList | undefined): void {
    this.#isDone = true;
    this.#trailersOut = trailers;
    if (!this.#stream.writableEnded) this.#stream.end();
    // Answered before the request's end: the rest of it is not wanted (RFC 9113 8.1). Nor is that of
    // a tunnel that came to nothing.
    if (!this.#isBodyOver || this.request.upgrade !== undefined) {
      this.#stream.close(constants.NGHTTP2_NO_ERROR);
      this.#stream.resume();
    }
    this.#deadline.end();
  }

  abort(): void {
    this.#isDone = true;
    this.#deadline.end();
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  /** 101 is a word of HTTP/1.1's; here it is 200, and who says what `protocol` is was the client. */
  tunnel(_protocol: string, fields: FieldList): Duplex {
    this.#isDone = true;
    this.#deadline.end();
    const answered = this.request.handshake?.answered(fields) ?? fields;
    if (!this.#isDeaf) {
      this.#stream.respond({ ":status": 200, ...headersOf(answered) });
    }
    return this.#stream;
  }

  /** Node throws at whoever answers on a stream that was reset. */
  get #isDeaf(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  #data(bytes: Buffer): void {
    if (this.#isDone) return;
    this.#bodyBytes += bytes.length;
    this.#deadline.set(this.#context.timeouts.bodyIdleMs);
    this.#listener?.bodyData(bytes);
  }

  #bodyEnded(): void {
    if (this.#isBodyOver || this.#isDone || this.#stream.aborted) return;
    this.#isBodyOver = true;
    this.#deadline.clear();
    const { framing } = this.request;
    if (framing.kind === "length" && framing.bytes !== this.#bodyBytes) {
      this.#listener?.bodyFailed(400);
    } else this.#listener?.bodyEnded(this.#trailersIn);
  }

  #drained(): void {
    if (this.#isDone) return;
    this.#isBlocked = false;
    this.#deadline.clear();
    this.#listener?.drained();
  }

  #closed(): void {
    this.#deadline.end();
    if (this.#isDone) return;
    this.#isDone = true;
    this.#listener?.gone();
  }

  #late(): void {
    if (this.#isBlocked) this.#stream.close(constants.NGHTTP2_CANCEL);
    else this.#listener?.bodyFailed(408);
  }
}

/** Node takes several values of one name as a list. */
function headersOf(fields: FieldList): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else headers[name] = name === "set-cookie" ? [before, value] : `${before}, ${value}`;
  }
  return headers;
}
