/**
 * One TCP connection to one server: it introduces the session, then carries calls, many at a time.
 *
 *     connecting ──► greeting ──► authenticating ──► open ──► broken
 *          └────────────┴───────────────┴───────────────────────┘
 *
 * Answers come in the order of the calls. What is on its way when the connection breaks is settled
 * then: reads were not done, for writes it is unknown. A server that sends what is no answer is left.
 * Does not connect again, and does not know what the session is for.
 */

import { connect, type Socket } from "node:net";
import { BoundedQueue, type CodedError, type Instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import { FrameDecoder } from "./frame-decoder.ts";
import { JuteReader, readAnswer } from "./jute-reader.ts";
import { type WireCall, xids } from "./wire-calls.ts";
import {
  type ConnectReply,
  encodeAuth,
  encodeCall,
  encodeConnect,
  encodePing,
  type ReplyHeader,
  readConnectReply,
  readReplyHeader,
  readWatchEvent,
  type SessionTicket,
  type WatchEvent,
} from "./wire-frames.ts";
import {
  authFailedError,
  closedError,
  expiredError,
  outcomeUnknownError,
  Refusal,
  unavailableError,
  zkErrors,
} from "./zookeeper-errors.ts";

/** What a connection tells its session. After `broken`, `expired` or `unauthorized` nothing more comes. */
export interface ConnectionEvents {
  /** Calls may be made. */
  opened(reply: ConnectReply, askedAt: Instant): void;
  /** An answer came to what was sent at `askedAt`. */
  answered(askedAt: Instant, reachedLeader: boolean): void;
  changed(event: WatchEvent): void;
  broken(why: string): void;
  expired(): void;
  unauthorized(): void;
}

export interface ConnectionOptions {
  readonly address: string;
  readonly port: number;
  readonly ticket: SessionTicket;
  /** The newest state that the session has seen; a server that is behind it refuses. */
  readonly lastZxid: bigint;
  readonly timeoutMs: number;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  /** For all of it, until `opened`. */
  readonly connectMs: number;
  readonly clock: Clock;
  /** For messages. */
  readonly store: string;
  readonly events: ConnectionEvents;
}

interface Pending {
  readonly xid: number;
  readonly call: WireCall<unknown>;
  readonly bytes: number;
  readonly sentAt: Instant;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls on their way at most, and what they may hold together. Above it a call is refused, not sent. */
const limits = { calls: 20_000, bytes: 64 * 1024 * 1024 } as const;

const xidMax = 2 ** 31 - 1;

export class ZooKeeperConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #frames = new FrameDecoder();
  readonly #pending = new BoundedQueue<Pending>(limits.calls);
  #state: "connecting" | "greeting" | "authenticating" | "open" | "broken" = "connecting";
  #greetedAt: Instant;
  #reply: ConnectReply | undefined;
  #bound: Timer;
  #outgoing: Uint8Array[] = [];
  #pendingBytes = 0;
  #xid = 0;
  #pingSentAt: Instant | undefined;
  #heardAt: Instant;
  #progressAt: Instant;
  lastZxid: bigint;

  constructor(options: ConnectionOptions) {
    const { address, port, clock, connectMs } = options;
    this.#options = options;
    this.lastZxid = options.lastZxid;
    const now = clock.now();
    this.#greetedAt = now;
    this.#heardAt = now;
    this.#progressAt = now;
    this.#bound = clock.after(connectMs, () =>
      this.#break(`no answer within ${Math.round(connectMs)} ms`),
    );
    this.#socket = connect({ host: address, port, noDelay: true, keepAlive: true });
    this.#socket.on("connect", () => this.#greet());
    this.#socket.on("data", (chunk: Buffer) => this.#received(chunk));
    this.#socket.on("error", (error) => this.#break(error.message));
    this.#socket.on("close", () => this.#break("it closed the connection"));
  }

  /** Whether there is a word to wait for, or the last one is older than `silenceMs`. */
  isSilent(silenceMs: number): boolean {
    const now = this.#options.clock.now();
    const isStuck = this.#pending.length > 0 && now - this.#progressAt >= silenceMs;
    return isStuck || now - this.#heardAt >= silenceMs;
  }

  ping(): void {
    if (this.#state !== "open") return;
    this.#pingSentAt ??= this.#options.clock.now();
    this.#send(encodePing());
  }

  /** Rejects with a Refusal, or with UNAVAILABLE or OUTCOME_UNKNOWN. */
  call<T>(call: WireCall<T>): Promise<T> {
    const { clock, store } = this.#options;
    if (this.#state !== "open") {
      return Promise.reject(unavailableError(store, "it is not connected"));
    }
    this.#xid = this.#xid === xidMax ? 1 : this.#xid + 1;
    const xid = this.#xid;
    const frame = encodeCall(xid, call);
    const bytes = frame.length;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const sentAt = clock.now();
    if (this.#pending.length === 0) this.#progressAt = sentAt;
    const pending: Pending = {
      xid,
      call,
      bytes,
      sentAt,
      resolve: resolve as (value: unknown) => void,
      reject,
    };
    if (this.#pendingBytes + bytes > limits.bytes || this.#pending.push(pending) === "overflow") {
      this.#xid -= 1;
      return Promise.reject(
        unavailableError(store, `${this.#pending.length} calls wait for it already`),
      );
    }
    this.#pendingBytes += bytes;
    this.#send(frame);
    return promise;
  }

  /** Breaks it from our side, as if the server had gone. */
  leave(why: string): void {
    this.#break(why);
  }

  /** Ends it for good: what waits is told so, and the session is not. */
  close(): void {
    const { store } = this.#options;
    this.#end(
      () => undefined,
      () => closedError(store),
    );
  }

  #greet(): void {
    const { clock, ticket, lastZxid, timeoutMs, credentials } = this.#options;
    this.#state = "greeting";
    this.#greetedAt = clock.now();
    this.#send(encodeConnect(ticket, lastZxid, timeoutMs));
    if (credentials !== undefined) this.#send(encodeAuth(credentials.user, credentials.password));
  }

  /** PERF: what is sent within one turn, promises included, leaves in one piece. */
  #send(frame: Uint8Array): void {
    this.#outgoing.push(frame);
    if (this.#outgoing.length > 1) return;
    process.nextTick(() => {
      const frames = this.#outgoing;
      this.#outgoing = [];
      if (this.#state !== "broken") this.#socket.write(Buffer.concat(frames));
    });
  }

  #received(chunk: Buffer): void {
    this.#heardAt = this.#options.clock.now();
    const frames = this.#frames.push(chunk);
    for (const frame of frames.value ?? []) {
      if (this.#state === "broken") return;
      const read = readAnswer(() => this.#frame(new JuteReader(frame)));
      if (read.error !== undefined) this.#malformed(read.error);
    }
    if (frames.error !== undefined) this.#malformed(frames.error);
  }

  #frame(from: JuteReader): void {
    if (this.#state === "greeting") {
      this.#greeted(readConnectReply(from));
      return;
    }
    const header = readReplyHeader(from);
    if (header.zxid > this.lastZxid) this.lastZxid = header.zxid;
    if (header.xid === xids.event) this.#options.events.changed(readWatchEvent(from));
    else if (header.xid === xids.ping) this.#pinged();
    else if (header.xid === xids.auth) this.#authenticated(header);
    else this.#answered(header, from);
  }

  #greeted(reply: ConnectReply): void {
    this.#reply = reply;
    this.#state = "authenticating";
    if (reply.timeoutMs <= 0) this.#expired();
    else if (this.#options.credentials === undefined) this.#opened(reply);
  }

  #authenticated({ error }: ReplyHeader): void {
    const { events, store, credentials } = this.#options;
    if (error !== 0)
      this.#end(events.unauthorized, () => authFailedError(store, credentials?.user));
    else if (this.#reply !== undefined && this.#state === "authenticating")
      this.#opened(this.#reply);
  }

  #opened(reply: ConnectReply): void {
    this.#bound.cancel();
    this.#state = "open";
    this.#options.events.opened(reply, this.#greetedAt);
  }

  #pinged(): void {
    const sentAt = this.#pingSentAt;
    this.#pingSentAt = undefined;
    if (sentAt !== undefined) this.#options.events.answered(sentAt, false);
  }

  #answered(header: ReplyHeader, from: JuteReader): void {
    const pending = this.#pending.shift();
    if (pending === undefined || pending.xid !== header.xid) {
      this.#malformed(`an answer to call ${header.xid}, which is not the next`, pending);
      return;
    }
    this.#pendingBytes -= pending.bytes;
    this.#progressAt = this.#heardAt;
    if (header.error !== 0) this.#refused(pending, header.error);
    else this.#done(pending, from);
  }

  #done(pending: Pending, from: JuteReader): void {
    const { call, sentAt } = pending;
    const read = readAnswer(() => call.read(from));
    if (read.error !== undefined) {
      this.#malformed(`${read.error} in the answer to ${call.name}`, pending);
      return;
    }
    this.#options.events.answered(sentAt, call.reachesLeader);
    pending.resolve(read.value);
  }

  #refused({ call, sentAt, reject }: Pending, error: number): void {
    const { events, store } = this.#options;
    if (error === zkErrors.sessionExpired) {
      reject(expiredError(store));
      this.#expired();
      return;
    }
    reject(new Refusal(call.name, error));
    if (error === zkErrors.sessionMoved) this.#break("the session moved to another server");
    else events.answered(sentAt, call.reachesLeader);
  }

  #expired(): void {
    const { events, store } = this.#options;
    this.#end(events.expired, () => expiredError(store));
  }

  /** `answered`: the call whose answer it was to be. */
  #malformed(what: string, answered?: Pending): void {
    const why = `it sent what is no answer of ZooKeeper's (${what})`;
    this.#break(why);
    answered?.reject(this.#lostError(answered.call, why));
  }

  #break(why: string): void {
    this.#end(
      () => this.#options.events.broken(why),
      (call) => this.#lostError(call, why),
    );
  }

  #end(tell: () => void, errorOf: (call: WireCall<unknown>) => CodedError): void {
    if (this.#state === "broken") return;
    this.#state = "broken";
    this.#bound.cancel();
    this.#socket.destroy();
    tell();
    for (let lost = this.#pending.shift(); lost !== undefined; lost = this.#pending.shift()) {
      lost.reject(errorOf(lost.call));
    }
  }

  #lostError(call: WireCall<unknown>, why: string): CodedError {
    const { store } = this.#options;
    return call.isWrite ? outcomeUnknownError(store, why) : unavailableError(store, why);
  }
}
