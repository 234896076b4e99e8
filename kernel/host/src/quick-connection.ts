/**
 * A connection whose requests are read here for as long as they are usual ones.
 *
 *     head, body ──► served ──► answered ──► head, body …
 *         └──► anything unusual, too long, or in too many pieces: Node's HTTP server has it from there on
 *
 * A client may send requests ahead: they are served as they come, up to a bound, and answered in their
 * order. One that ends its side has gone away. PERF: one object a request, and one write for all that is
 * answered at once.
 */

import type { Socket } from "node:net";
import type { HttpRequest } from "./http.ts";
import type { QuickHead } from "./quick-head.ts";

/** A request that is answered with `send`, once. */
export interface QuickExchange extends HttpRequest {
  /** The same object for all requests that say the same; what is made of it can be kept beside it. */
  readonly head: QuickHead;
  /** The body; a view that stays as it is. */
  readonly bytes: Buffer;
  /** What `encodeAnswer` made. Nothing happens when the client is gone. */
  send(answer: string | Uint8Array): void;
  /** Called once when the client goes away before it was answered. One at a time. */
  onGone(run: () => void): void;
  readonly isClientGone: boolean;
}

/** What a connection asks of the lane that it is in. */
export interface QuickConnectionOwner {
  /** Undefined: not to be read here. */
  headOf(text: string): QuickHead | undefined;
  serve(exchange: QuickExchange): void;
  /** Its listeners are gone, and what was not read is back on the socket, which is paused. */
  giveAway(connection: QuickConnection, socket: Socket): void;
  over(connection: QuickConnection): void;
}

const limits = {
  headBytesMax: 4 * 1024,
  /** Served and not answered. */
  requestsMax: 256,
  /** Of what waits behind a request. */
  aheadBytesMax: 64 * 1024,
  /** That one request comes in. */
  piecesMax: 16,
  partialMsMax: 60_000,
  idleMsMax: 10 * 60_000,
  responseStallMsMax: 5 * 60_000,
} as const;

const headEnd = Buffer.from("\r\n\r\n");

export class QuickConnection {
  readonly #socket: Socket;
  readonly #owner: QuickConnectionOwner;
  #input: Buffer | undefined;
  /** In how many pieces the unfinished request has come so far. */
  #pieces = 0;
  /** Not answered, in the order of their requests. */
  #exchanges: Exchange[] = [];
  /** What comes next is not for here, once all before it are answered. */
  #isUnusual = false;
  #answers: (string | Uint8Array)[] = [];
  #isReading = false;
  #isBlocked = false;
  /** When something last came or, while it is blocked, when that began. */
  #since = performance.now();

  constructor(socket: Socket, owner: QuickConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("drain", this.#onDrain);
    socket.on("error", ignore).on("close", this.#onClose);
  }

  /** Ends what has said nothing for too long; hands over what is slow. */
  timePassed(now: number): void {
    const sinceMs = now - this.#since;
    if (this.#isBlocked) {
      if (sinceMs >= limits.responseStallMsMax) this.#socket.destroy();
    } else if (this.#exchanges.length === 0) {
      if (this.#input === undefined && sinceMs >= limits.idleMsMax) this.#socket.destroy();
      if (this.#input !== undefined && sinceMs >= limits.partialMsMax) this.#giveAway();
    }
  }

  /** An exchange has its answer. */
  answered(): void {
    const exchanges = this.#exchanges;
    let answer = exchanges[0]?.answer;
    while (answer !== undefined) {
      this.#answers.push(answer);
      exchanges.shift();
      answer = exchanges[0]?.answer;
    }
    if (this.#isReading) return;
    this.#flush();
    // Later: whoever answers thousands at a time answers them first.
    if (this.#input !== undefined) process.nextTick(() => this.#read());
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? "";
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#since = performance.now();
    this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
    this.#pieces += 1;
    this.#read();
  };

  readonly #onDrain = (): void => {
    this.#isBlocked = false;
    this.#read();
  };

  readonly #onEnd = (): void => {
    this.#socket.end();
    this.#leave();
  };

  readonly #onClose = (): void => {
    this.#owner.over(this);
    this.#leave();
  };

  #leave(): void {
    const exchanges = this.#exchanges;
    this.#exchanges = [];
    this.#input = undefined;
    for (const exchange of exchanges) exchange.clientGone();
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#input !== undefined && this.#mayServe()) {
      const read = this.#next(this.#input);
      if (read === "request") continue;
      this.#isUnusual = read === "unusual";
      break;
    }
    this.#isReading = false;
    this.#flush();
    if (this.#isUnusual && this.#exchanges.length === 0) this.#giveAway();
    else this.#regulate();
  }

  #mayServe(): boolean {
    return !this.#isBlocked && !this.#isUnusual && this.#exchanges.length < limits.requestsMax;
  }

  #next(input: Buffer): "request" | "unfinished" | "unusual" {
    const headBytes = input.indexOf(headEnd);
    if (headBytes < 0) {
      return input.length > limits.headBytesMax ? "unusual" : this.#unfinished();
    }
    if (headBytes > limits.headBytesMax) return "unusual";
    const head = this.#owner.headOf(input.toString("latin1", 0, headBytes));
    if (head === undefined) return "unusual";
    const bodyAt = headBytes + headEnd.length;
    const end = bodyAt + head.bodyBytes;
    if (input.length < end) return this.#unfinished();
    const isAll = input.length === end;
    this.#input = isAll ? undefined : input.subarray(end);
    this.#pieces = isAll ? 0 : 1;
    const exchange = new Exchange(this, head, input.subarray(bodyAt, end));
    this.#exchanges.push(exchange);
    this.#owner.serve(exchange);
    return "request";
  }

  #unfinished(): "unfinished" | "unusual" {
    return this.#pieces > limits.piecesMax ? "unusual" : "unfinished";
  }

  #flush(): void {
    const answers = this.#answers;
    if (answers.length === 0) return;
    this.#answers = [];
    if (!this.#socket.writable) return;
    if (this.#write(answers)) return;
    this.#isBlocked = true;
    this.#since = performance.now();
  }

  #write(answers: readonly (string | Uint8Array)[]): boolean {
    if (answers.length === 1) return this.#socket.write(answers[0] as string | Uint8Array);
    if (answers.every((answer) => typeof answer === "string")) {
      return this.#socket.write(answers.join(""));
    }
    this.#socket.cork();
    let hasRoom = true;
    for (const answer of answers) hasRoom = this.#socket.write(answer);
    this.#socket.uncork();
    return hasRoom;
  }

  /** Whoever sends ahead of what is answered is not read from for a while. */
  #regulate(): void {
    const shouldPause = (this.#input?.length ?? 0) > limits.aheadBytesMax;
    if (shouldPause && !this.#mayServe()) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #giveAway(): void {
    const socket = this.#socket;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("drain", this.#onDrain);
    socket.off("error", ignore).off("close", this.#onClose);
    socket.pause();
    if (this.#input !== undefined) socket.unshift(this.#input);
    this.#input = undefined;
    this.#owner.giveAway(this, socket);
  }
}

class Exchange implements QuickExchange {
  readonly #connection: QuickConnection;
  readonly head: QuickHead;
  readonly bytes: Buffer;
  answer: string | Uint8Array | undefined;
  #onGone: (() => void) | undefined;
  #aborter: AbortController | undefined;
  #isGone = false;

  constructor(connection: QuickConnection, head: QuickHead, bytes: Buffer) {
    this.#connection = connection;
    this.head = head;
    this.bytes = bytes;
  }

  get method(): string {
    return this.head.method;
  }

  get path(): string {
    return this.head.path;
  }

  get query(): URLSearchParams {
    return this.head.query;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.head.headers;
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  body(): Promise<Uint8Array> {
    return Promise.resolve(this.bytes);
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#isGone) this.#aborter.abort();
    return this.#aborter.signal;
  }

  get isClientGone(): boolean {
    return this.#isGone;
  }

  send(answer: string | Uint8Array): void {
    if (this.#isGone || this.answer !== undefined) return;
    this.answer = answer;
    this.#connection.answered();
  }

  onGone(run: () => void): void {
    this.#onGone = run;
  }

  /** Unless it has its answer, which only waited for those before it. */
  clientGone(): void {
    if (this.answer !== undefined) return;
    this.#isGone = true;
    this.#aborter?.abort();
    this.#onGone?.();
  }
}

/** "close" follows. */
function ignore(): void {}
