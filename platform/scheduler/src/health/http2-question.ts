/**
 * One question over HTTP/2: over TLS as ALPN agrees, without TLS by prior knowledge.
 *
 * A session of its own for each question, closed after it. A peer that does not speak HTTP/2 is told
 * apart from one that is not there, so that the caller can ask it in the older way.
 */

import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { connect } from "node:http2";
import { CodedError } from "@tavola/base";
import { isConnectionRefused } from "@tavola/host";
import { type HopAnswer, KeptBody } from "./hop-answer.ts";

export interface Http2Question {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly verifies: boolean;
  readonly bodyBytesMax: number;
  readonly signal: AbortSignal;
}

export type Http2Answer =
  | ({ readonly kind: "answered" } & HopAnswer)
  /** A connection was there, and no HTTP/2 answer came over it. */
  | { readonly kind: "notHttp2"; readonly error: string };

/** Rejects with CodedError CONNECTION_REFUSED, CONNECTION_LOST (after the status) or ABORTED. */
export function askHttp2(question: Http2Question): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(question.url);
    const session = connect(url.origin, { rejectUnauthorized: question.verifies });
    const exchange = new Exchange(question, session, resolve, reject);
    exchange.begin(`${url.pathname}${url.search}`);
  });
}

class Exchange {
  readonly #question: Http2Question;
  readonly #session: ClientHttp2Session;
  readonly #resolve: (answer: Http2Answer) => void;
  readonly #reject: (error: CodedError) => void;
  readonly #kept: KeptBody;
  readonly #aborted = () =>
    this.#fail(new CodedError("ABORTED", `${this.#question.url} was given up`));
  #answer: HopAnswer | undefined;
  #isOver = false;

  constructor(
    question: Http2Question,
    session: ClientHttp2Session,
    resolve: (answer: Http2Answer) => void,
    reject: (error: CodedError) => void,
  ) {
    this.#question = question;
    this.#kept = new KeptBody(question.bodyBytesMax);
    this.#session = session;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(path: string): void {
    const { method, signal } = this.#question;
    if (signal.aborted) {
      this.#aborted();
      return;
    }
    signal.addEventListener("abort", this.#aborted, { once: true });
    this.#session.on("error", (error) => this.#broken(error));
    this.#session.on("close", () => this.#broken(undefined));
    const stream = this.#session.request(
      { ":method": method, ":path": path, "user-agent": "tavola-healthcheck", accept: "*/*" },
      { endStream: true },
    );
    this.#read(stream);
  }

  #read(stream: ClientHttp2Stream): void {
    stream.on("response", (headers) => {
      const statusCode = headers[":status"] ?? 0;
      const location = headers["location"];
      this.#answer = { statusCode, ...(location !== undefined && { location }) };
      if (statusCode >= 300 && statusCode < 400 && location !== undefined) this.#done();
    });
    stream.on("data", (chunk: Uint8Array) => {
      if (this.#kept.add(chunk) === "full") this.#done();
    });
    stream.on("end", () => {
      if (this.#answer !== undefined) this.#done();
    });
    stream.on("error", (error) => this.#broken(error));
    stream.on("close", () => this.#broken(undefined));
  }

  #done(): void {
    if (this.#isOver || this.#answer === undefined) return;
    this.#finish();
    this.#resolve({ kind: "answered", ...this.#answer, ...this.#kept.asField() });
  }

  #broken(cause: (Error & { code?: string }) | undefined): void {
    if (this.#isOver) return;
    const { url } = this.#question;
    if (isConnectionRefused(cause)) {
      this.#fail(new CodedError("CONNECTION_REFUSED", `Cannot connect to ${url}`, {}, { cause }));
    } else if (this.#answer !== undefined) {
      this.#fail(new CodedError("CONNECTION_LOST", `Lost the connection to ${url}`, {}, { cause }));
    } else {
      this.#finish();
      const error = cause?.message ?? "the connection was closed without an answer";
      this.#resolve({ kind: "notHttp2", error: `over HTTP/2: ${error}` });
    }
  }

  #fail(error: CodedError): void {
    if (this.#isOver) return;
    this.#finish();
    this.#reject(error);
  }

  #finish(): void {
    this.#isOver = true;
    this.#question.signal.removeEventListener("abort", this.#aborted);
    this.#session.destroy();
  }
}
