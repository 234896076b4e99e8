/**
 * HTTP as our daemons see it: a handler is a function from a request to a response.
 *
 * Owns the shapes only; `endpoint.ts` serves them on a port. A handler neither knows the server nor
 * holds a socket, so that the same handler runs under test and in simulation.
 */

export interface HttpRequest {
  readonly method: string;
  /** Percent-encoded path without the query; always begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** The whole body, inflated when `Content-Encoding: gzip`. Rejects with CodedError BODY_TOO_LARGE above the endpoint's limit. */
  body(): Promise<Uint8Array>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** A long-lived response body. Each write is one chunk. */
export interface StreamSink {
  /**
   * "overflow": more than the endpoint's limit, the largest chunk not counted, is buffered for this
   * client; the sink is closed.
   */
  write(chunk: Uint8Array | string): "written" | "overflow" | "closed";
  end(): void;
  readonly closed: boolean;
  /** Called once, when either side ends it. */
  onClose(run: () => void): void;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface StreamingResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once the headers are on their way. */
  readonly stream: (sink: StreamSink) => void;
}

/** A body taken from its source as fast as the client takes it; for what is too large to hold. */
export interface PulledResponse {
  readonly status: number;
  /** With `Content-Length` where it is known, else it goes in chunks. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: undefined;
  /** Returned early (as by `break`) when the client goes away. */
  readonly pull: AsyncIterable<Uint8Array>;
}

export type HttpResponse = PlainResponse | StreamingResponse | PulledResponse;

export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

export interface HttpClientRequest {
  readonly method: string;
  /** Absolute `http:` or `https:` URL. */
  readonly url: string;
  /** Connects to this Unix socket instead; the URL's host is only what `Host` says. */
  readonly socketPath?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Of an `https:` server. Default true; false is for asking whether it answers, not for secrets. */
  readonly verifiesCertificate?: boolean;
  /**
   * Doing it twice is as good as once. It is then sent again, on a fresh connection, when a kept one
   * turns out to be closed before anything was answered. Default: true for GET and HEAD.
   */
  readonly isIdempotent?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpClientResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Consumes the body whole. Use either this or `chunks`. */
  body(): Promise<Uint8Array>;
  /** The body as it comes; ends by throwing CodedError CONNECTION_LOST when the peer breaks off. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Keeps connections alive and reuses them. Does not follow redirects. */
export interface HttpClient {
  /**
   * Resolves when the headers are there. Read the body, or abort: an unread one holds its connection.
   * Rejects with a CodedError (CONNECTION_REFUSED, CONNECTION_LOST, ABORTED; transient where so).
   */
  request(request: HttpClientRequest): Promise<HttpClientResponse>;
  close(): Promise<void>;
}
