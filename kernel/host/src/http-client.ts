/**
 * The real HttpClient, on Node's own HTTP module (docs/decisions/0002-http.md says why).
 *
 * Connections are kept and reused, per address or Unix socket path, as many as there are requests at
 * a time: a stream occupies one for as long as it lasts. Owns turning Node's errors into our codes.
 * Does not follow redirects or read a body nobody asked for, and retries one thing only: what was
 * sent on a kept connection just as the other side closed it, where sending it twice does no harm.
 */

import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { CodedError } from "@tavola/base";
import { isConnectionRefused } from "./connection-refused.ts";
import type { HttpClient, HttpClientRequest, HttpClientResponse } from "./http.ts";
import { nodeHttp } from "./node-http.ts";
import { onAbort } from "./on-abort.ts";

export interface HttpClientOptions {
  /** What `body()` holds at most; above it rejects with CodedError BODY_TOO_LARGE. Default 1 GiB. */
  readonly bodyBytesMax?: number;
}

const defaults = { bodyBytesMax: 1024 * 1024 * 1024 } as const;

/** Idle connections kept per address. */
const idleConnectionsMax = 256;

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new NodeHttpClient(options.bodyBytesMax ?? defaults.bodyBytesMax);
}

class NodeHttpClient implements HttpClient {
  readonly #bodyBytesMax: number;
  readonly #plain = new nodeHttp.Agent(agentOptions);
  /** Made when the first `https:` URL is asked for; the module is not free. */
  #secure: Agent | undefined;
  #closed = false;

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  request(request: HttpClientRequest): Promise<HttpClientResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new CodedError("ABORTED", "The HTTP client is closed", { url: request.url }));
        return;
      }
      if (request.signal?.aborted) {
        reject(codedOf(request, request.signal.reason));
        return;
      }
      this.#send(request, resolve, reject);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#plain.destroy();
    this.#secure?.destroy();
  }

  #send(
    request: HttpClientRequest,
    resolve: (response: HttpClientResponse) => void,
    reject: (error: CodedError) => void,
  ): void {
    let outgoing: ClientRequest;
    try {
      outgoing = this.#open(request);
    } catch (cause) {
      reject(
        new CodedError("BAD_REQUEST", "Cannot make the request", { url: request.url }, { cause }),
      );
      return;
    }
    giveUpWith(request.signal, outgoing);
    let isAnswered = false;
    outgoing.once("response", (incoming) => {
      isAnswered = true;
      resolve(new ReceivedResponse(request, incoming, this.#bodyBytesMax));
    });
    // Stays after the response: an error that comes then is told to who reads the body.
    outgoing.on("error", (error) => {
      // Each attempt uses up a kept connection; at last there is none, and a fresh one decides.
      const mayRepeat = outgoing.reusedSocket && !isAnswered && isRepeatable(request);
      if (mayRepeat && !this.#closed) this.#send(request, resolve, reject);
      else reject(codedOf(request, error));
    });
    outgoing.end(request.body);
  }

  #open(request: HttpClientRequest): ClientRequest {
    const headers: Record<string, string | number> = { ...request.headers };
    if (request.body !== undefined || request.method === "POST" || request.method === "PUT") {
      headers["Content-Length"] =
        request.body === undefined ? 0 : Buffer.byteLength(request.body as string);
    }
    const options: RequestOptions = {
      method: request.method,
      headers,
      ...(request.socketPath !== undefined && { socketPath: request.socketPath }),
    };
    if (!request.url.startsWith("https:")) {
      return nodeHttp.request(request.url, { ...options, agent: this.#plain });
    }
    const https = process.getBuiltinModule("node:https");
    this.#secure ??= new https.Agent(agentOptions);
    const rejectUnauthorized = request.verifiesCertificate ?? true;
    return https.request(request.url, { ...options, agent: this.#secure, rejectUnauthorized });
  }
}

/**
 * As Node's own `signal` option does, at a fifth of its cost: that follows the stream's whole life
 * with listeners of its own. PERF: 80 microseconds less a request; thousands a second share a signal.
 */
function giveUpWith(signal: AbortSignal | undefined, outgoing: ClientRequest): void {
  if (signal === undefined) return;
  const forget = onAbort(signal, () => {
    outgoing.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  });
  // Also when it was answered and its connection kept: "close" comes once for each request.
  outgoing.once("close", forget);
}

function isRepeatable({ method, isIdempotent, signal }: HttpClientRequest): boolean {
  if (signal?.aborted) return false;
  return isIdempotent ?? (method === "GET" || method === "HEAD");
}

const agentOptions = {
  keepAlive: true,
  noDelay: true,
  maxFreeSockets: idleConnectionsMax,
  scheduling: "lifo",
} as const;

class ReceivedResponse implements HttpClientResponse {
  readonly status: number;
  readonly #request: HttpClientRequest;
  readonly #incoming: IncomingMessage;
  readonly #bodyBytesMax: number;
  readonly #isEmpty: boolean;

  constructor(request: HttpClientRequest, incoming: IncomingMessage, bodyBytesMax: number) {
    this.status = incoming.statusCode ?? 0;
    this.#request = request;
    this.#incoming = incoming;
    this.#bodyBytesMax = bodyBytesMax;
    this.#isEmpty =
      request.method === "HEAD" ||
      incoming.headers["content-length"] === "0" ||
      this.status === 204;
    // Frees the connection at once; nobody bothers to read the body of a 202.
    if (this.#isEmpty) incoming.resume();
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#incoming.headers as Readonly<Record<string, string>>;
  }

  async body(): Promise<Uint8Array> {
    if (this.#isEmpty) return new Uint8Array(0);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.chunks()) {
      bytes += chunk.length;
      if (bytes > this.#bodyBytesMax) {
        throw new CodedError(
          "BODY_TOO_LARGE",
          `Response body is larger than the limit of ${this.#bodyBytesMax} bytes`,
          { url: this.#request.url, bodyBytesMax: this.#bodyBytesMax },
        );
      }
      chunks.push(chunk);
    }
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    if (this.#isEmpty) return;
    try {
      for await (const chunk of this.#incoming) yield chunk as Uint8Array;
    } catch (error) {
      throw codedOf(this.#request, error);
    }
  }
}

function codedOf(request: HttpClientRequest, error: unknown): CodedError {
  const details = { method: request.method, url: request.url };
  if (request.signal?.aborted || (error instanceof Error && error.name === "AbortError")) {
    return new CodedError("ABORTED", `${request.method} ${request.url} was given up`, details, {
      cause: error,
    });
  }
  return isConnectionRefused(error)
    ? new CodedError("CONNECTION_REFUSED", `Cannot connect to ${request.url}`, details, {
        cause: error,
        transient: true,
      })
    : new CodedError("CONNECTION_LOST", `Lost the connection to ${request.url}`, details, {
        cause: error,
        transient: true,
      });
}
