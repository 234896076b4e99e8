/**
 * The sending end of a long-lived response: each write is one HTTP chunk.
 *
 * A reader that is slower than its stream is buffered up to a limit and then cut off; the daemon
 * never waits for one client. The largest chunk so far comes on top of the limit: a stream that
 * begins with the state of a whole cluster, which may be larger than any limit, can still be read.
 */

import type { ServerResponse } from "node:http";
import type { StreamSink } from "./http.ts";

export interface StreamSinkOptions {
  readonly bufferBytesMax: number;
  /** Tells when the client is gone, also while its response waits behind an earlier one. */
  readonly onGone: (run: () => void) => void;
}

/** An ended stream of which the client takes nothing for so long is cut off. */
const endStallMsMax = 5 * 60_000;

export function createStreamSink(response: ServerResponse, options: StreamSinkOptions): StreamSink {
  return new ResponseSink(response, options);
}

class ResponseSink implements StreamSink {
  readonly #response: ServerResponse;
  readonly #bufferBytesMax: number;
  #largestChunkBytes = 0;
  #closed = false;
  #onClose: (() => void)[] = [];

  constructor(response: ServerResponse, options: StreamSinkOptions) {
    this.#response = response;
    this.#bufferBytesMax = options.bufferBytesMax;
    options.onGone(() => this.#close());
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(chunk: Uint8Array | string): "written" | "overflow" | "closed" {
    if (this.#closed) return "closed";
    const bytes = typeof chunk === "string" ? Buffer.byteLength(chunk) : chunk.length;
    // An empty chunk would end the body.
    if (bytes === 0) return "written";
    this.#largestChunkBytes = Math.max(this.#largestChunkBytes, bytes);
    const bytesMax = this.#bufferBytesMax + this.#largestChunkBytes;
    if (this.#response.writableLength + bytes > bytesMax) {
      this.#response.destroy();
      this.#close();
      return "overflow";
    }
    this.#response.write(chunk);
    return "written";
  }

  end(): void {
    if (this.#closed) return;
    this.#response.end();
    if (this.#response.writableLength > 0) {
      this.#response.setTimeout(endStallMsMax, () => this.#response.destroy());
    }
    this.#close();
  }

  onClose(run: () => void): void {
    if (this.#closed) queueMicrotask(run);
    else this.#onClose.push(run);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const listeners = this.#onClose;
    this.#onClose = [];
    for (const run of listeners) run();
  }
}
