/**
 * An HttpClient for thousands of small calls a second, over undici.
 *
 * An acknowledgement a task is what the scheduler sends most; through `node:http` it is a fifth of what
 * placing a task costs (docs/decisions/0002-http.md). Connections to one peer are few, and calls
 * wait for one. Owns the bodies' flow and the same codes as the client of `@tavola/host`, which it asks
 * for what undici would have to be told per connection: sockets of Unix, unverified certificates.
 *
 * Calls that may be repeated (POST, `isIdempotent`) do not wait for each other's answers: they are sent
 * one behind the other on connections of their own, and those of one turn of the event loop in one
 * piece. Nothing else is sent on these, because an answer that is long in coming would hold them up.
 */

import { CodedError } from "@tavola/base";
import {
  collectTurnWrites,
  createHttpClient,
  type HttpClient,
  type HttpClientRequest,
  type HttpClientResponse,
  isConnectionRefused,
  onAbort,
} from "@tavola/host";
import { Agent, buildConnector, type Dispatcher } from "undici";

const limits = {
  /** To one peer; a stream keeps one. */
  connectionsMax: 32,
  bodyBytesMax: 64 * 1024 * 1024,
  /** Of a body that nobody reads for now; beyond it the peer has to wait. */
  waitingBytesMax: 256 * 1024,
  connectMs: 10_000,
  keepAliveMs: 60_000,
  /** Of calls that may be repeated: connections to one peer, and calls unanswered on each. */
  lanesMax: 2,
  unansweredMax: 128,
} as const;

/** Silence of a stream is judged by who reads it. */
const agentOptions = {
  keepAliveTimeout: limits.keepAliveMs,
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

export function createPooledHttp(): HttpClient {
  return new PooledHttp();
}

class PooledHttp implements HttpClient {
  readonly #agent = new Agent({
    ...agentOptions,
    connections: limits.connectionsMax,
    connect: { timeout: limits.connectMs },
  });
  readonly #lanes = new Agent({
    ...agentOptions,
    connections: limits.lanesMax,
    pipelining: limits.unansweredMax,
    connect: connectLane,
  });
  #others: HttpClient | undefined;
  #isClosed = false;

  request(request: HttpClientRequest): Promise<HttpClientResponse> {
    if (request.socketPath !== undefined || request.verifiesCertificate === false) {
      this.#others ??= createHttpClient();
      return this.#others.request(request);
    }
    return new Promise((resolve, reject) => {
      if (this.#isClosed) reject(closed(request));
      else if (request.signal?.aborted) reject(codedOf(request, request.signal.reason));
      else this.#send(request, { resolve, reject, mayRepeat: isRepeatable(request) });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#agent.destroy(), this.#lanes.destroy(), this.#others?.close()]);
  }

  #send(request: HttpClientRequest, { resolve, reject, mayRepeat }: Asked): void {
    const exchange = new Exchange(request, {
      resolve,
      reject: (error) => {
        const isLost = error.code === "CONNECTION_LOST" && !this.#isClosed;
        if (mayRepeat && isLost) this.#send(request, { resolve, reject, mayRepeat: false });
        else reject(this.#isClosed ? closed(request) : error);
      },
    });
    try {
      const { origin, pathname, search } = new URL(request.url);
      const { method, headers, body } = request;
      const isLane = method === "POST" && isRepeatable(request);
      const agent = isLane ? this.#lanes : this.#agent;
      agent.dispatch(
        {
          ...(isLane ? { idempotent: true, blocking: false } : {}),
          origin,
          path: `${pathname}${search}`,
          method: method as Dispatcher.HttpMethod,
          body: body ?? null,
          ...(headers === undefined ? {} : { headers: { ...headers } }),
        },
        exchange,
      );
    } catch (cause) {
      const { url } = request;
      reject(new CodedError("BAD_REQUEST", "Cannot make the request", { url }, { cause }));
    }
  }
}

const connect = buildConnector({ timeout: limits.connectMs });

/** What is written to it in one turn leaves together. */
function connectLane(options: buildConnector.Options, callback: buildConnector.Callback): void {
  connect(options, (...result) => {
    const [, socket] = result;
    if (socket !== null) collectTurnWrites(socket);
    callback(...result);
  });
}

interface Asked {
  readonly resolve: (response: HttpClientResponse) => void;
  readonly reject: (error: CodedError) => void;
  /** Doing it twice is as good as once, and it was done once at most. */
  readonly mayRepeat: boolean;
}

const nothing = new Uint8Array();

/** One request, and its answer as it comes. */
class Exchange implements Dispatcher.DispatchHandler, HttpClientResponse {
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  readonly #request: HttpClientRequest;
  readonly #asked: Pick<Asked, "resolve" | "reject">;
  #chunks: Uint8Array[] = [];
  readonly #forget: () => void;
  #bytes = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #isAnswered = false;
  #end: "open" | "ended" | CodedError = "open";
  /** Who waits for a chunk, or the end. */
  #wake: (() => void) | undefined;

  constructor(request: HttpClientRequest, asked: Pick<Asked, "resolve" | "reject">) {
    this.#request = request;
    this.#asked = asked;
    this.#forget = onAbort(request.signal, () => this.#giveUp());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#request.signal?.aborted) this.#giveUp();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = joined(headers);
    this.#isAnswered = true;
    this.#asked.resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes > limits.waitingBytesMax) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    this.#finish("ended");
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(codedOf(this.#request, error));
  }

  async body(): Promise<Uint8Array> {
    if (this.#end === "ended" && this.#chunks.length === 0) return nothing;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.chunks()) {
      bytes += chunk.byteLength;
      if (bytes > limits.bodyBytesMax) {
        const { url } = this.#request;
        const message = `Response body is larger than the limit of ${limits.bodyBytesMax} bytes`;
        throw new CodedError("BODY_TOO_LARGE", message, { url, bodyBytesMax: limits.bodyBytesMax });
      }
      chunks.push(chunk);
    }
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    try {
      for (;;) {
        if (this.#chunks.length > 0) yield this.#takeAll();
        else if (this.#end === "ended") return;
        else if (this.#end !== "open") throw this.#end;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      // Nobody will read the rest, and its connection is not to wait for them.
      if (this.#end === "open") this.#controller?.abort(new Error("the body is not read on"));
    }
  }

  /**
   * Everything that waits. PERF: an event of the master is a chunk of a few hundred bytes. Were the peer
   * let go on after each that is taken, all that undici has read already would be parsed anew each time.
   */
  #takeAll(): Uint8Array {
    const taken = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    if (this.#controller?.paused) this.#controller.resume();
    return taken.length === 1 ? (taken[0] as Uint8Array) : Buffer.concat(taken);
  }

  #finish(end: "ended" | CodedError): void {
    this.#forget();
    if (this.#end === "open") this.#end = end;
    if (!this.#isAnswered && end !== "ended") this.#asked.reject(end);
    this.#wake?.();
  }

  /** Before it begins there is no controller, and `onRequestStart` looks again. */
  #giveUp(): void {
    const { reason } = this.#request.signal ?? {};
    this.#controller?.abort(reason instanceof Error ? reason : new Error("given up"));
    if (!this.#isAnswered) this.#asked.reject(codedOf(this.#request, reason));
  }
}

function joined(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}

function isRepeatable({ method, isIdempotent }: HttpClientRequest): boolean {
  return isIdempotent ?? (method === "GET" || method === "HEAD");
}

function codedOf(request: HttpClientRequest, cause: unknown): CodedError {
  const { method, url, signal } = request;
  const details = { method, url };
  if (signal?.aborted) {
    return new CodedError("ABORTED", `${method} ${url} was given up`, details, { cause });
  }
  const [code, message] = isConnectionRefused(cause)
    ? ["CONNECTION_REFUSED", `Cannot connect to ${url}`]
    : ["CONNECTION_LOST", `Lost the connection to ${url}`];
  return new CodedError(code as string, message as string, details, { cause, transient: true });
}

function closed({ url }: HttpClientRequest): CodedError {
  return new CodedError("ABORTED", "The HTTP client is closed", { url });
}
