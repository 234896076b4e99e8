/**
 * One request of a client and the way back to it, the same for HTTP/1.1 and HTTP/2.
 *
 * Whoever serves it is told what comes by a listener; whoever carries it is told what to do by these
 * calls. Neither holds a body: bytes go on as they come, and stop coming when they cannot go on.
 */

import type { Duplex } from "node:stream";
import type { BodySink } from "../core/message/body-decoder.ts";
import type { BodyFraming } from "../core/message/body-framing.ts";
import type { FieldList } from "../core/message/field-list.ts";
import type { WebSocketHandshake } from "./websocket-handshake.ts";

export interface ClientRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly uri: string;
  readonly authority: string;
  readonly fields: FieldList;
  readonly framing: BodyFraming;
  readonly connection: string | undefined;
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0";
  readonly isTls: boolean;
  readonly remoteAddress: string;
  /** What the client asks the connection to become; undefined: nothing, or nothing that can be. */
  readonly upgrade: string | undefined;
  /** Where it is ours to look at what an instance says to `upgrade`; undefined: the client does. */
  readonly handshake: WebSocketHandshake | undefined;
}

/** Whether a status that is no tunnel's says to this client that there is one (RFC 8441 4). */
export function wouldSeemATunnel({ handshake }: ClientRequest, status: number): boolean {
  return handshake !== undefined && status < 300;
}

export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Without framing. */
  readonly fields: readonly string[];
  /** Of HEAD and 304: how long the body would be that does not come. */
  readonly announcedBytes: string | undefined;
  readonly framing: BodyFraming;
}

/** Told in order; after `gone` nothing more. */
export interface ExchangeListener extends BodySink {
  /** The body is none, or did not come in time; nothing more comes of it. */
  bodyFailed(status: 400 | 408): void;
  /** After a `write` that returned false. */
  drained(): void;
  /** The client went away, or was cut off; the answer goes nowhere. */
  gone(): void;
}

export interface ClientExchange {
  readonly request: ClientRequest;
  /** Body bytes come from now on, also after `pauseBody`. */
  readBody(): void;
  pauseBody(): void;
  /** An interim answer: 100, 103. */
  inform(status: number, fields: readonly string[]): void;
  respond(head: AnswerHead): void;
  /** False: it is taken, but wait for `drained`. */
  write(bytes: Uint8Array): boolean;
  end(trailers: FieldList | undefined): void;
  /** Cuts the client off in a way that it sees: what it got is not all. */
  abort(): void;
  /** Answers that the connection is `protocol`'s from now on, and gives it away. */
  tunnel(protocol: string, fields: FieldList): Duplex;
}

/** Serves a request; the listener may be called from its return on. */
export type Serve = (exchange: ClientExchange) => ExchangeListener;
