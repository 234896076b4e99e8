/**
 * A client's connection that speaks HTTP/1: its requests one after another, each answered before the
 * next one is looked at.
 *
 *     head --> body --> answered --> head ...
 *       |        |          \------> closed: the client asked for it, or sent what is none
 *       \--------+-- 400, 408, 413, 414, 431, then closed
 *
 * A client that ends its side while it waits for an answer has gone away.
 */

import type { Socket } from "node:net";
import type { Instant } from "@tavola/base";
import { withoutIpv6Clothes } from "../core/headers/forwarded-fields.ts";
import { type BodyDecoder, createBodyDecoder } from "../core/message/body-decoder.ts";
import { hasBody } from "../core/message/body-framing.ts";
import type { RequestHead } from "../core/message/parse-request-head.ts";
import { planeLimits } from "../core/plane-limits.ts";
import { Deadline } from "../deadline.ts";
import { ReadShare } from "../read-share.ts";
import { TurnWriter } from "../turn-writer.ts";
import type { ClientContext } from "./client-context.ts";
import type { ClientRequest, ExchangeListener } from "./client-exchange.ts";
import { Http1Exchange, type Http1Hooks } from "./http1-exchange.ts";
import { reasonPhrase } from "./reason-phrase.ts";
import { relayedPeer } from "./relayed-peer.ts";
import { RequestHeadReader } from "./request-head-reader.ts";
import { upgradeOf } from "./upgrade-of.ts";

export class Http1Connection {
  readonly #socket: Socket;
  readonly #context: ClientContext;
  readonly #isTls: boolean;
  readonly #remoteAddress: string;
  readonly #writer: TurnWriter;
  readonly #deadline: Deadline;
  readonly #share: ReadShare;
  readonly #closed: (connection: Http1Connection) => void;
  #input: Buffer | undefined;
  readonly #heads = new RequestHeadReader();
  #headBeganAt: Instant | undefined;
  #exchange: Http1Exchange | undefined;
  #listener: ExchangeListener | undefined;
  #decoder: BodyDecoder | undefined;
  #wantsBody = false;
  #isPaused = false;
  #isDraining = false;
  /** The client does not read what it asked for. */
  #isBlocked = false;
  #isClosed = false;
  /** After the last answer: what still comes is thrown away, up to here. */
  #lingerBytes: number | undefined;

  constructor(
    socket: Socket,
    context: ClientContext,
    options: { readonly isTls: boolean; readonly closed: (connection: Http1Connection) => void },
  ) {
    this.#socket = socket;
    this.#context = context;
    this.#isTls = options.isTls;
    this.#closed = options.closed;
    this.#remoteAddress = withoutIpv6Clothes(socket.remoteAddress ?? "");
    this.#writer = new TurnWriter(socket, () => this.#drained());
    this.#deadline = new Deadline(context.clock, () => this.#late());
    this.#share = new ReadShare(socket);
    this.#deadline.set(context.timeouts.requestHeadMs);
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("error", () => this.destroy());
    socket.on("close", () => this.destroy());
  }

  /** PERF: made once, not for each request. */
  readonly #hooks: Http1Hooks = {
    readBody: () => this.#readBody(true),
    pauseBody: () => this.#readBody(false),
    isDraining: () => this.#isDraining,
    answered: (exchange, mayGoOn) => this.#answered(exchange, mayGoOn),
    blocked: () => this.#blocked(),
    isBodyOver: () => this.#decoder === undefined || this.#decoder.isOver,
    abort: () => this.#abort(),
    giveAway: () => this.#giveAway(),
  };

  /** Ends when it has nothing to do: at once, or after the request that runs. */
  drain(): void {
    this.#isDraining = true;
    if (this.#exchange === undefined && this.#input === undefined) this.destroy();
  }

  /** Ends now; whoever serves a request is told. */
  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deadline.end();
    const listener = this.#listener;
    this.#listener = undefined;
    this.#socket.destroy();
    this.#closed(this);
    listener?.gone();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#lingerBytes !== undefined) {
      this.#thrownAway(chunk.length);
      return;
    }
    this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
    this.#process();
  };

  readonly #onEnd = (): void => {
    if (this.#lingerBytes === undefined || !this.#socket.writableEnded) this.destroy();
  };

  #process(): void {
    while (this.#input !== undefined && !this.#isClosed && this.#lingerBytes === undefined) {
      if (this.#decoder !== undefined && !this.#decoder.isOver) {
        if (!this.#wantsBody || !this.#bodyBytes(this.#decoder)) break;
      } else if (this.#exchange !== undefined || !this.#nextHead()) break;
    }
    this.#regulate();
  }

  /** Whoever sends ahead of what we want is not read from until we do. */
  #regulate(): void {
    if (this.#isClosed || this.#lingerBytes !== undefined) return;
    const isBody = this.#decoder !== undefined && !this.#decoder.isOver;
    const ahead = this.#input?.length ?? 0;
    const shouldPause = isBody
      ? !this.#wantsBody
      : this.#exchange !== undefined && ahead > planeLimits.aheadBytesMax;
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#share.pause();
    else this.#share.resume();
  }

  /** False: it waits for more, or was refused. */
  #nextHead(): boolean {
    const input = this.#input as Buffer;
    const read = this.#heads.read(input);
    if (read.kind === "refused") return this.#refuse(read.status, read.error);
    if (read.kind === "unfinished") {
      this.#deadline.set(this.#headMsLeft());
      return false;
    }
    this.#input = read.after === input.length ? undefined : input.subarray(read.after);
    if (read.kind === "head") this.#begin(read.head);
    return true;
  }

  /** From the head's first byte on, however it trickles. */
  #headMsLeft(): number {
    const now = this.#context.clock.now();
    this.#headBeganAt ??= now;
    return Math.max(0, this.#headBeganAt + this.#context.timeouts.requestHeadMs - now);
  }

  #begin(head: RequestHead): void {
    this.#headBeganAt = undefined;
    this.#deadline.clear();
    this.#wantsBody = false;
    this.#decoder = hasBody(head.framing) ? createBodyDecoder(head.framing) : undefined;
    const exchange = new Http1Exchange({
      request: this.#requestOf(head),
      writer: this.#writer,
      keepsAlive: head.keepsAlive,
      connection: this.#hooks,
    });
    this.#exchange = exchange;
    const listener = this.#context.serve(exchange);
    if (this.#exchange === exchange && !this.#isClosed) this.#listener = listener;
  }

  /** PERF: all of it is written out, because a spread costs as much as a head's framing. */
  #requestOf(head: RequestHead): ClientRequest {
    const { relay } = this.#context;
    const peer = relay === undefined ? undefined : relayedPeer(relay, head.fields);
    return {
      method: head.method,
      uri: head.uri,
      authority: head.authority,
      fields: peer?.fields ?? head.fields,
      framing: head.framing,
      connection: head.connection,
      protocol: peer?.protocol ?? (head.minorVersion === 1 ? "HTTP/1.1" : "HTTP/1.0"),
      isTls: peer?.isTls ?? this.#isTls,
      remoteAddress: peer?.remoteAddress ?? this.#remoteAddress,
      upgrade: upgradeOf(head),
      handshake: undefined,
    };
  }

  #readBody(wants: boolean): void {
    if (this.#wantsBody === wants || this.#decoder === undefined || this.#decoder.isOver) return;
    this.#wantsBody = wants;
    if (wants) {
      this.#deadline.set(this.#context.timeouts.bodyIdleMs);
      // Later, so that whoever asks for it is not called before the call returns.
      process.nextTick(() => this.#process());
    } else this.#deadline.clear();
    this.#regulate();
  }

  /** False: nothing more can be done with what has come. */
  #bodyBytes(decoder: BodyDecoder): boolean {
    const listener = this.#listener;
    const input = this.#input as Buffer;
    if (listener === undefined) return false;
    this.#input = undefined;
    this.#deadline.set(this.#context.timeouts.bodyIdleMs);
    const after = decoder.decode(input, 0, listener);
    if (after < 0) {
      this.#wantsBody = false;
      listener.bodyFailed(400);
      return false;
    }
    if (after < input.length) this.#input = input.subarray(after);
    if (decoder.isOver) this.#deadline.clear();
    this.#share.took(input.length);
    return true;
  }

  #answered(exchange: Http1Exchange, mayGoOn: boolean): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    this.#listener = undefined;
    const isBodyOver = this.#decoder === undefined || this.#decoder.isOver;
    this.#decoder = undefined;
    if (!mayGoOn || !isBodyOver || this.#isDraining) {
      this.#linger(isBodyOver);
      return;
    }
    this.#deadline.set(this.#context.timeouts.keepAliveMs);
    if (this.#input === undefined) {
      this.#regulate();
      return;
    }
    this.#deadline.set(this.#context.timeouts.requestHeadMs);
    process.nextTick(() => this.#process());
  }

  /**
   * Ends our side and reads on for a while: a client that still sends would be told of a reset before
   * it has read the answer (RFC 9112 9.6).
   */
  #linger(isBodyOver: boolean): void {
    this.#writer.flush();
    this.#lingerBytes = isBodyOver ? planeLimits.aheadBytesMax : planeLimits.lingerBytesMax;
    this.#input = undefined;
    this.#isPaused = false;
    this.#socket.end();
    this.#share.resume();
    this.#deadline.set(planeLimits.lingerMs);
  }

  #thrownAway(bytes: number): void {
    this.#lingerBytes = (this.#lingerBytes ?? 0) - bytes;
    if (this.#lingerBytes < 0) this.destroy();
  }

  /** Always false, for those who would go on. */
  #refuse(status: number, reason: string): false {
    this.#context.refused({ status, reason, remoteAddress: this.#remoteAddress });
    const body = `${status} ${reason}\n`;
    this.#writer.push(
      `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n` +
        "content-type: text/plain; charset=utf-8\r\nconnection: close\r\n" +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    this.#linger(false);
    return false;
  }

  #abort(): void {
    this.#listener = undefined;
    this.#writer.flush();
    // A reset, so that also an answer that ends with the connection is seen to be cut.
    if (!this.#isTls) this.#socket.resetAndDestroy();
    this.destroy();
  }

  #giveAway(): { readonly socket: Socket; readonly ahead: Buffer | undefined } {
    this.#deadline.end();
    this.#writer.flush();
    this.#socket.off("data", this.#onData);
    this.#socket.off("end", this.#onEnd);
    const ahead = this.#input;
    this.#input = undefined;
    this.#listener = undefined;
    return { socket: this.#socket, ahead };
  }

  #blocked(): void {
    this.#isBlocked = true;
    this.#deadline.set(this.#context.timeouts.bodyIdleMs);
  }

  #drained(): void {
    this.#isBlocked = false;
    this.#deadline.clear();
    this.#listener?.drained();
  }

  #late(): void {
    if (this.#lingerBytes !== undefined) {
      this.destroy();
      return;
    }
    if (this.#exchange === undefined) {
      if (this.#input === undefined) {
        this.destroy();
        return;
      }
      this.#refuse(408, "the request's head did not come in time");
      return;
    }
    if (this.#isBlocked) {
      this.destroy();
      return;
    }
    this.#wantsBody = false;
    this.#listener?.bodyFailed(408);
  }
}
