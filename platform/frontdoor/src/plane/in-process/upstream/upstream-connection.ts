/**
 * One connection to an instance, HTTP/1.1, a request at a time.
 *
 * Nothing is asked of an instance twice at once, so an answer that nobody asked for, or bytes after an
 * answer's end, are another request's in somebody's eyes: such a connection is closed, never used again.
 */

import type { Duplex } from "node:stream";
import type { Clock } from "@tavola/host";
import {
  type BodyDecoder,
  type BodySink,
  createBodyDecoder,
} from "../core/message/body-decoder.ts";
import type { FieldList } from "../core/message/field-list.ts";
import { hasForbiddenCharacterSoFar } from "../core/message/parse-fields.ts";
import { parseResponseHead, type ResponseHead } from "../core/message/parse-response-head.ts";
import { planeLimits } from "../core/plane-limits.ts";
import { Deadline } from "../deadline.ts";
import { ReadShare } from "../read-share.ts";
import { TurnWriter } from "../turn-writer.ts";

export interface UpstreamFailure {
  readonly kind: "closed" | "garbage" | "timeout";
  /** For people. */
  readonly reason: string;
  /** The connection had served before: the instance may have closed it without knowing of this request. */
  readonly wasReused: boolean;
}

/** Told of one request's answer, in order; `answered` and `failed` exclude each other, and end it. */
export interface UpstreamListener {
  informed(status: number, fields: FieldList): void;
  answerStarted(head: ResponseHead): void;
  answerData(bytes: Uint8Array): void;
  answerEnded(trailers: FieldList | undefined): void;
  /** 101: the connection is the listener's from now on; `ahead` has come on it already. */
  upgraded(fields: FieldList, connection: Duplex, ahead: Buffer): void;
  failed(failure: UpstreamFailure): void;
  /** After a `writeBody` that returned false. */
  bodyDrained(): void;
}

export interface UpstreamRequest {
  readonly head: string;
  readonly method: string;
  readonly hasBody: boolean;
  readonly isChunked: boolean;
  readonly mayUpgrade: boolean;
  readonly answerMs: number;
  readonly bodyIdleMs: number;
}

/** Where a connection goes when it is free, or over. */
export interface ConnectionHome {
  free(connection: UpstreamConnection, idleMs: number): void;
  over(connection: UpstreamConnection): void;
}

const headEnd = Buffer.from("\r\n\r\n");

export class UpstreamConnection implements BodySink {
  readonly #socket: Duplex;
  readonly #home: ConnectionHome;
  readonly #writer: TurnWriter;
  readonly #deadline: Deadline;
  readonly #share: ReadShare;
  #request: UpstreamRequest | undefined;
  #listener: UpstreamListener | undefined;
  #input: Buffer | undefined;
  #head: ResponseHead | undefined;
  #decoder: BodyDecoder | undefined;
  #isBodySent = true;
  #isPaused = false;
  #isOver = false;
  #interims = 0;
  #served = 0;

  constructor(socket: Duplex, home: ConnectionHome, clock: Clock) {
    this.#socket = socket;
    this.#home = home;
    this.#writer = new TurnWriter(socket, () => this.#drained());
    this.#deadline = new Deadline(clock, () => this.#late());
    this.#share = new ReadShare(socket);
    // Of a socket that was made with `onread` there are no such events.
    socket.on("data", (chunk: Buffer) => this.received(chunk));
    socket.on("end", () => this.#ended());
    socket.on("error", (error) => this.#fail("closed", error.message));
    socket.on("close", () => this.#fail("closed", "the instance closed the connection"));
  }

  send(request: UpstreamRequest, listener: UpstreamListener): void {
    this.#request = request;
    this.#listener = listener;
    this.#head = undefined;
    this.#interims = 0;
    this.#isBodySent = !request.hasBody;
    this.#writer.push(request.head);
    if (request.hasBody) this.#deadline.clear();
    else {
      // Nothing more comes in this turn: not to wait for its end is cheaper.
      this.#writer.flush();
      this.#deadline.set(request.answerMs);
    }
  }

  /** False: it is taken, but wait for `bodyDrained`. */
  writeBody(bytes: Uint8Array): boolean {
    const request = this.#request;
    if (request === undefined || this.#isBodySent) return true;
    let hasRoom = true;
    if (request.isChunked) {
      this.#writer.push(`${bytes.length.toString(16)}\r\n`);
      this.#writer.push(bytes);
      hasRoom = this.#writer.push("\r\n");
    } else hasRoom = this.#writer.push(bytes);
    if (!hasRoom && this.#head === undefined) this.#deadline.set(request.bodyIdleMs);
    return hasRoom;
  }

  endBody(trailers: FieldList | undefined): void {
    const request = this.#request;
    if (request === undefined || this.#isBodySent) return;
    this.#isBodySent = true;
    if (request.isChunked) this.#writer.push(lastChunk(trailers));
    if (this.#head === undefined) this.#deadline.set(request.answerMs);
  }

  pause(): void {
    if (this.#isPaused || this.#isOver) return;
    this.#isPaused = true;
    this.#deadline.clear();
    this.#share.pause();
  }

  resume(): void {
    if (!this.#isPaused || this.#isOver) return;
    this.#isPaused = false;
    if (this.#request !== undefined) this.#deadline.set(this.#request.bodyIdleMs);
    this.#share.resume();
  }

  /** Closes it; its listener is not told. */
  destroy(): void {
    this.#listener = undefined;
    this.#finish();
    this.#socket.destroy();
  }

  /** As if the instance had closed it. */
  cut(reason: string): void {
    this.#fail("closed", reason);
  }

  /** Until then it lies idle; the instance may close it before. */
  idleFor(ms: number): void {
    this.#deadline.set(ms);
  }

  get isUsable(): boolean {
    return !this.#isOver && this.#socket.writable;
  }

  bodyData(bytes: Uint8Array): void {
    this.#listener?.answerData(bytes);
  }

  bodyEnded(trailers: FieldList | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.answerEnded(trailers);
  }

  /** `chunk` is kept. */
  received(chunk: Buffer): void {
    if (this.#listener === undefined) {
      this.destroy();
      return;
    }
    if (this.#head === undefined) {
      this.#headData(chunk);
      return;
    }
    if (!this.#isPaused) this.#deadline.set(this.#request?.bodyIdleMs ?? 0);
    this.#bodyBytes(chunk, 0);
    this.#share.took(chunk.length);
  }

  #headData(chunk: Buffer): void {
    let input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
    this.#input = undefined;
    while (this.#listener !== undefined) {
      const end = input.indexOf(headEnd);
      const bytes = end < 0 ? input.length : end;
      if (bytes > planeLimits.responseHeadBytesMax) {
        this.#garbage("its headers do not end");
        return;
      }
      const text = input.toString("latin1", 0, bytes);
      if (end < 0) {
        if (hasForbiddenCharacterSoFar(text)) {
          this.#garbage("it does not speak HTTP");
          return;
        }
        this.#input = input.length === 0 ? undefined : input;
        return;
      }
      const method = this.#request?.method ?? "";
      const parsed = parseResponseHead(text, method, planeLimits.fieldsMax);
      if ("error" in parsed) {
        this.#garbage(parsed.error);
        return;
      }
      const after = end + headEnd.length;
      if (parsed.head.status >= 200) {
        this.#answer(parsed.head, input, after);
        return;
      }
      this.#interims += 1;
      if (this.#interims > planeLimits.interimAnswersMax) {
        this.#garbage("too many interim answers");
        return;
      }
      input = input.subarray(after);
      if (parsed.head.status === 101) {
        this.#upgrade(parsed.head, input);
        return;
      }
      this.#listener.informed(parsed.head.status, parsed.head.fields);
    }
  }

  #answer(head: ResponseHead, input: Buffer, after: number): void {
    this.#head = head;
    this.#decoder = createBodyDecoder(head.framing);
    this.#deadline.set(this.#request?.bodyIdleMs ?? 0);
    this.#listener?.answerStarted(head);
    this.#bodyBytes(input, after);
  }

  #bodyBytes(bytes: Buffer, offset: number): void {
    const decoder = this.#decoder;
    if (decoder === undefined || this.#listener === undefined) return;
    const after = decoder.decode(bytes, offset, this);
    if (after < 0) {
      this.#garbage("its body is no chunked body");
      return;
    }
    if (!decoder.isOver || this.#isOver) return;
    const { keepsAlive = false, keepAliveSeconds } = this.#head ?? {};
    if (!keepsAlive || !this.#isBodySent || after < bytes.length) {
      this.destroy();
      return;
    }
    this.#served += 1;
    this.#request = undefined;
    this.#head = undefined;
    this.#decoder = undefined;
    if (this.#isPaused) this.resume();
    const hintMs = keepAliveSeconds === undefined ? Infinity : keepAliveSeconds * 1000 - 1000;
    this.#home.free(this, Math.min(planeLimits.idleUpstreamMs, hintMs));
  }

  #upgrade(head: ResponseHead, ahead: Buffer): void {
    const listener = this.#listener;
    if (!this.#request?.mayUpgrade) {
      this.#garbage("it changed the protocol unasked");
      return;
    }
    this.#listener = undefined;
    this.#finish();
    for (const event of ["data", "end", "close", "drain"]) this.#socket.removeAllListeners(event);
    listener?.upgraded(head.fields, this.#socket, ahead);
  }

  #ended(): void {
    if (this.#head?.framing.kind === "until-close" && this.#listener !== undefined) {
      this.bodyEnded(undefined);
      this.destroy();
      return;
    }
    this.#fail("closed", "the instance closed the connection");
  }

  #late(): void {
    if (this.#listener === undefined) {
      this.destroy();
      return;
    }
    const what = this.#head === undefined ? "it did not answer in time" : "its body stopped coming";
    this.#fail("timeout", what);
  }

  #garbage(reason: string): void {
    this.#fail("garbage", reason);
  }

  #fail(kind: UpstreamFailure["kind"], reason: string): void {
    const listener = this.#listener;
    this.destroy();
    listener?.failed({ kind, reason, wasReused: this.#served > 0 });
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline.end();
    this.#home.over(this);
  }

  #drained(): void {
    if (this.#head === undefined) this.#deadline.clear();
    this.#listener?.bodyDrained();
  }
}

function lastChunk(trailers: FieldList | undefined): string {
  let text = "0\r\n";
  for (let at = 0; at < (trailers?.length ?? 0); at += 2) {
    text += `${trailers?.[at]}: ${trailers?.[at + 1]}\r\n`;
  }
  return `${text}\r\n`;
}
