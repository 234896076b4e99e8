/**
 * Takes a body out of the bytes of a connection: what belongs to it, and where it ends.
 */

import type { BodyFraming } from "./body-framing.ts";
import { ChunkedDecoder } from "./chunked-decoder.ts";
import type { FieldList } from "./field-list.ts";

export interface BodySink {
  /** A view of the bytes that came; it stays as it is. */
  bodyData(bytes: Uint8Array): void;
  /** Once, after all data. `trailers` undefined: there were none. */
  bodyEnded(trailers: FieldList | undefined): void;
}

export interface BodyDecoder {
  /** What it reads from `offset` on goes to `sink`; returns the first offset that is not the body's. -1: malformed. */
  decode(bytes: Buffer, offset: number, sink: BodySink): number;
  readonly isOver: boolean;
}

export function createBodyDecoder(framing: BodyFraming): BodyDecoder {
  switch (framing.kind) {
    case "none":
      return new LengthDecoder(0);
    case "length":
      return new LengthDecoder(framing.bytes);
    case "chunked":
      return new ChunkedDecoder();
    case "until-close":
      return new LengthDecoder(Number.POSITIVE_INFINITY);
  }
}

class LengthDecoder implements BodyDecoder {
  #left: number;
  isOver = false;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  decode(bytes: Buffer, offset: number, sink: BodySink): number {
    const taken = Math.min(this.#left, bytes.length - offset);
    this.#left -= taken;
    if (taken > 0) sink.bodyData(bytes.subarray(offset, offset + taken));
    if (this.#left === 0 && !this.isOver) {
      this.isOver = true;
      sink.bodyEnded(undefined);
    }
    return offset + taken;
  }
}
