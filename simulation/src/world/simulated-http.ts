/**
 * HTTP over the simulated network: the real handlers, without sockets and parsing between.
 *
 * A request is a connection of its own. The response's head, its chunks and its end travel in order;
 * either side may go away in between, and the other hears of it when the network lets it.
 */

import { CodedError } from "@tavola/base";
import type {
  HttpClient,
  HttpClientRequest,
  HttpClientResponse,
  HttpRequest,
  HttpResponse,
  StreamSink,
} from "@tavola/host";
import type { Connection, Listener, Network } from "./network.ts";
import { observe } from "./observer.ts";
import type { SimulatedProcess } from "./process.ts";

/** What is noted of a request; undefined: nothing. */
export type DescribeRequest = (request: HttpClientRequest) => (() => string) | undefined;

export function httpClientOf(
  network: Network,
  process: SimulatedProcess,
  describe: DescribeRequest = () => undefined,
): HttpClient {
  return {
    request: (request) => send(network, process, request, describe),
    async close() {},
  };
}

function send(
  network: Network,
  process: SimulatedProcess,
  request: HttpClientRequest,
  describe: DescribeRequest,
): Promise<HttpClientResponse> {
  // A ghost's request never settles.
  if (!process.touch()) return new Promise(() => {});
  const target = targetOf(request.url);
  process.world.note(
    `${process.name} > ${target.host} ${request.method} ${target.path}`,
    bytesOf(request.body ?? ""),
    describe(request),
  );
  const answer = new Answer(process, request);
  const onBroken = (why: string): void => answer.lost(why);
  const connection = network.connect(process, target.host, { onBroken }, (made, listener) =>
    serve({ network, connection: made, listener, answer }, request, target),
  );
  answer.whenDone((how) => {
    if (how === "given up") connection.close("client");
    else connection.finish();
  });
  return answer.response;
}

interface Target {
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** PERF: the few addresses that are asked thousands of times are taken apart once. */
const targets = new Map<string, Target>();

function targetOf(text: string): Target {
  const known = targets.get(text);
  if (known !== undefined) return known;
  const { host, pathname: path, searchParams: query } = new URL(text);
  const target = { host, path, query };
  targets.set(text, target);
  return target;
}

/** The server's side, as it arrives there. */
function serve(
  parts: Omit<Exchange, "request" | "gone">,
  request: HttpClientRequest,
  { path, query }: Target,
): void {
  const gone = new Gone();
  parts.connection.serverEnd = { onBroken: () => gone.happened() };
  const body = bytesOf(request.body ?? "");
  const received: HttpRequest = {
    method: request.method,
    path,
    query,
    headers: lowerCased(request.headers ?? {}),
    remoteAddress: "10.0.0.0",
    body: async () => body,
    get signal() {
      return gone.signal;
    },
  };
  void respond({ ...parts, request: received, gone });
}

/** That the client has gone. PERF: most never do, and nobody asks. */
class Gone {
  readonly #told: (() => void)[] = [];
  #controller: AbortController | undefined;
  hasHappened = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.hasHappened) this.#controller.abort();
    return this.#controller.signal;
  }

  whenHappened(run: () => void): void {
    this.#told.push(run);
  }

  happened(): void {
    this.hasHappened = true;
    this.#controller?.abort();
    for (const run of this.#told) run();
  }
}

interface Exchange {
  readonly network: Network;
  readonly connection: Connection;
  readonly listener: Listener;
  readonly request: HttpRequest;
  readonly gone: Gone;
  readonly answer: Answer;
}

async function respond(exchange: Exchange): Promise<void> {
  const { network, connection, listener, request, answer } = exchange;
  const { process } = listener;
  let response: HttpResponse;
  try {
    response = await listener.onRequest(request);
  } catch (error) {
    process.world.fail(error);
    return;
  }
  if (!process.isAlive) return;
  const headers = lowerCased(response.headers ?? {});
  const { status } = response;
  process.world.note(`${process.name} answers ${connection.description} ${status}`);
  const toClient = (arrive: () => void): void => {
    if (!process.touch()) return;
    observe(network, (observer) => observer.answers?.(process, request.path, status));
    connection.toClient.send(arrive);
  };
  if ("stream" in response) {
    toClient(() => answer.head(status, headers));
    response.stream(sinkOf(exchange, process, toClient));
    return;
  }
  if ("pull" in response) {
    toClient(() => answer.head(status, headers));
    try {
      for await (const bytes of response.pull) toClient(() => answer.chunk(bytes));
      toClient(() => answer.end());
    } catch {
      connection.broke("what was passed on broke off");
    }
    return;
  }
  const body = bytesOf(response.body ?? "");
  toClient(() => {
    answer.head(status, headers);
    if (body.length > 0) answer.chunk(body);
    answer.end();
  });
}

function sinkOf(
  { network, connection, gone, answer }: Exchange,
  process: SimulatedProcess,
  toClient: (arrive: () => void) => void,
): StreamSink {
  let isClosed = gone.hasHappened;
  const onClose: (() => void)[] = [];
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const run of onClose) run();
  };
  gone.whenHappened(close);
  return {
    write(chunk) {
      if (isClosed) return "closed";
      const bytes = bytesOf(chunk);
      network.describeChunk?.(process, connection, bytes);
      observe(network, (observer) => observer.tells?.(process, bytes, connection.client));
      if (bytes.length > 0) toClient(() => answer.chunk(bytes));
      return "written";
    },
    end() {
      if (isClosed) return;
      if (process.touch()) connection.toClient.send(() => answer.end());
      connection.close("server");
      close();
    },
    get closed() {
      return isClosed;
    },
    onClose(run) {
      if (isClosed) run();
      else onClose.push(run);
    },
  };
}

/** What the client has of its answer so far. */
class Answer {
  readonly response: Promise<HttpClientResponse>;
  readonly #process: SimulatedProcess;
  readonly #request: HttpClientRequest;
  readonly #settle: PromiseWithResolvers<HttpClientResponse>;
  readonly #chunks: Uint8Array[] = [];
  #state: "waiting" | "open" | "ended" = "waiting";
  #failure: CodedError | undefined;
  #wake: (() => void) | undefined;
  #done: ((how: "given up" | "complete") => void) | undefined;
  readonly #abort = (): void => this.#aborted();

  constructor(process: SimulatedProcess, request: HttpClientRequest) {
    this.#process = process;
    this.#request = request;
    this.#settle = Promise.withResolvers();
    this.response = this.#settle.promise;
    const { signal } = request;
    if (signal?.aborted === true) this.#aborted();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  whenDone(run: (how: "given up" | "complete") => void): void {
    this.#done = run;
    if (this.#failure !== undefined) run("given up");
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#state !== "waiting" || this.#failure !== undefined) return;
    this.#state = "open";
    this.#settle.resolve({
      status,
      headers,
      body: () => this.#body(),
      chunks: () => this.#read(),
    });
  }

  chunk(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#awake();
  }

  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#forgetSignal();
    this.#awake();
    this.#done?.("complete");
  }

  lost(why: string): void {
    const isRefused = why === "refused";
    this.#fail(
      new CodedError(
        isRefused ? "CONNECTION_REFUSED" : "CONNECTION_LOST",
        isRefused ? `Cannot connect to ${this.#request.url}` : `Lost ${this.#request.url}: ${why}`,
        {},
        { transient: true },
      ),
    );
  }

  #aborted(): void {
    this.#fail(new CodedError("ABORTED", `${this.#request.url} was given up`));
    this.#done?.("given up");
  }

  #forgetSignal(): void {
    this.#request.signal?.removeEventListener("abort", this.#abort);
  }

  #fail(error: CodedError): void {
    if (this.#state === "ended" || this.#failure !== undefined) return;
    this.#failure = error;
    this.#forgetSignal();
    if (this.#state === "waiting") this.#settle.reject(error);
    this.#awake();
  }

  #awake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake !== undefined) this.#process.take(wake);
  }

  async #body(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#read()) chunks.push(chunk);
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#state === "ended") return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
