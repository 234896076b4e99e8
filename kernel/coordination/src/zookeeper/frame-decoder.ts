/**
 * Cuts a stream of bytes into frames: four bytes of length, then so many bytes.
 *
 * It holds at most one frame and what came with it, and a frame has a stated maximum: a length beyond
 * that, or below zero, is an error before a byte of it is kept. Chunks are joined once, when a frame
 * is whole, so that a large frame in small pieces costs no more than its size.
 */

import type { Result } from "@tavola/base";

/** Above what a server sends: a list of 100,000 children is 2 MB. */
export const frameBytesMax = 16 * 1024 * 1024;

const noBytes = Buffer.alloc(0);

export class FrameDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** What the next frame takes with its length; undefined until that is known. */
  #wanted: number | undefined;

  /** The frames that are whole now. After an error nothing more is to be pushed. */
  push(chunk: Buffer): Result<Buffer[]> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: Buffer[] = [];
    for (;;) {
      if (this.#wanted === undefined) {
        if (this.#bytes < 4) return { value: frames };
        const length = this.#joined().readInt32BE(0);
        if (length < 0 || length > frameBytesMax) return { error: `a frame of ${length} bytes` };
        this.#wanted = length + 4;
      }
      if (this.#bytes < this.#wanted) return { value: frames };
      const joined = this.#joined();
      frames.push(joined.subarray(4, this.#wanted));
      this.#keep(joined.subarray(this.#wanted));
      this.#wanted = undefined;
    }
  }

  #joined(): Buffer {
    const [first = noBytes] = this.#chunks;
    if (this.#chunks.length <= 1) return first;
    const joined = Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [joined];
    return joined;
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }
}
