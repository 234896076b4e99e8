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
  const url = new URL(request.url);
  const { world } = network;
  world.note(
    `${process.name} > ${url.host} ${request.method} ${url.pathname}`,
    bytesOf(request.body ?? ""),
    describe(request),
  );
  const answer = new Answer(process, request);
  const connection = network.connect(process, url.host, { onBroken: (why) => answer.lost(why) });
  answer.whenGivenUp(() => connection.close("client"));
  connection.toServer.send(() => {
    serve(network, connection, request, url, answer);
  });
  return answer.response;
}

/** The server's side, as it arrives there. */
function serve(
  network: Network,
  connection: Connection,
  request: HttpClientRequest,
  url: URL,
  answer: Answer,
): void {
  const gone = new AbortController();
  connection.serverEnd = { onBroken: () => gone.abort() };
  const body = bytesOf(request.body ?? "");
  const received: HttpRequest = {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: lowerCased(request.headers ?? {}),
    remoteAddress: "10.0.0.0",
    body: async () => body,
    signal: gone.signal,
  };
  const { listener } = connection;
  if (listener !== undefined) {
    void respond({ network, connection, listener, request: received, gone, answer });
  }
}

interface Exchange {
  readonly network: Network;
  readonly connection: Connection;
  readonly listener: Listener;
  readonly request: HttpRequest;
  /** Aborted when the client has gone. */
  readonly gone: AbortController;
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
  toClient(() => answer.head(status, headers));
  if ("stream" in response) {
    response.stream(sinkOf(exchange, process, toClient));
    return;
  }
  if ("pull" in response) throw new Error("nothing simulated downloads");
  const body = bytesOf(response.body ?? "");
  toClient(() => {
    if (body.length > 0) answer.chunk(body);
    answer.end();
  });
}

function sinkOf(
  { network, connection, gone, answer }: Exchange,
  process: SimulatedProcess,
  toClient: (arrive: () => void) => void,
): StreamSink {
  let isClosed = gone.signal.aborted;
  const onClose: (() => void)[] = [];
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const run of onClose) run();
  };
  gone.signal.addEventListener("abort", close, { once: true });
  return {
    write(chunk) {
      if (isClosed) return "closed";
      const bytes = bytesOf(chunk);
      network.describeChunk?.(process, connection, bytes);
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
  #giveUp: (() => void) | undefined;

  constructor(process: SimulatedProcess, request: HttpClientRequest) {
    this.#process = process;
    this.#request = request;
    this.#settle = Promise.withResolvers();
    this.response = this.#settle.promise;
    const { signal } = request;
    if (signal === undefined) return;
    if (signal.aborted) this.#aborted();
    else signal.addEventListener("abort", () => this.#aborted(), { once: true });
  }

  whenGivenUp(run: () => void): void {
    this.#giveUp = run;
    if (this.#failure !== undefined) run();
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
    this.#awake();
    this.#giveUp?.();
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
    this.#giveUp?.();
  }

  #fail(error: CodedError): void {
    if (this.#state === "ended" || this.#failure !== undefined) return;
    this.#failure = error;
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
