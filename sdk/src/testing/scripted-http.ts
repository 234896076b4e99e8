/**
 * An HTTP client without a network: a script answers each request, and holds the streams' other ends.
 */

import { CodedError } from "@tavola/base";
import type { HttpClient, HttpClientRequest, HttpClientResponse } from "@tavola/host";
import { EventQueue } from "../event-queue.ts";

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly stream?: ScriptedStream;
}

export type Script = (
  request: HttpClientRequest,
  index: number,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

/** The sending end of a streaming answer. */
export class ScriptedStream {
  readonly chunks = new EventQueue<Uint8Array>(1_000_000);
  /** Whether the reader has gone. */
  isAbandoned = false;

  send(bytes: Uint8Array): void {
    this.chunks.push(bytes);
  }

  /** The same, one byte at a time. */
  trickle(bytes: Uint8Array): void {
    for (const byte of bytes) this.chunks.push(Uint8Array.of(byte));
  }

  end(): void {
    this.chunks.end();
  }

  break(): void {
    this.chunks.fail(
      new CodedError("CONNECTION_LOST", "Lost the connection", {}, { transient: true }),
    );
  }
}

export function connectionRefused(url: string): CodedError {
  return new CodedError(
    "CONNECTION_REFUSED",
    `Cannot connect to ${url}`,
    { url },
    { transient: true },
  );
}

export class ScriptedHttp implements HttpClient {
  readonly requests: HttpClientRequest[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async request(request: HttpClientRequest): Promise<HttpClientResponse> {
    this.requests.push(request);
    const { signal } = request;
    const aborted = new Promise<never>((_, reject) => {
      const give = (): void => reject(new CodedError("ABORTED", `${request.url} was given up`));
      if (signal?.aborted === true) give();
      signal?.addEventListener("abort", give, { once: true });
    });
    aborted.catch(() => undefined);
    const answer = await Promise.race([this.#script(request, this.requests.length - 1), aborted]);
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      body: async () => Buffer.from(answer.body ?? ""),
      async *chunks() {
        const { stream } = answer;
        if (stream === undefined) return;
        try {
          while (true) {
            const chunk = await Promise.race([stream.chunks.take(), aborted]);
            if (chunk === undefined) return;
            yield chunk;
          }
        } finally {
          stream.isAbandoned = true;
        }
      },
    };
  }

  async close(): Promise<void> {}
}
