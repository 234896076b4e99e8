/**
 * RecordIO: how a stream of messages is cut into messages.
 *
 *     record = length "\n" payload        length: decimal digits, ASCII; payload: that many bytes
 *
 * There is nothing between records and no end mark. A length of zero is legal. Chunks of HTTP mean
 * nothing here: a record may span many, a chunk may hold many.
 */

import type { Result } from "@tavola/base";
import { ByteGatherer } from "./byte-gatherer.ts";

/** A decoder refuses larger records unless told otherwise. A whole cluster's state fits. */
const recordBytesMaxDefault = 512 * 1024 * 1024;

/** Digits enough for any length that is accepted, and for leading zeros that some may write. */
const lengthDigitsMax = 20;

const newline = 10;
const zero = 48;

/** One record of `payload`, a string as UTF-8. */
export function encodeRecord(payload: Uint8Array | string): Uint8Array {
  const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  const head = `${size}\n`;
  const record = Buffer.allocUnsafe(head.length + size);
  record.write(head, 0, "latin1");
  if (typeof payload === "string") record.write(payload, head.length, "utf8");
  else record.set(payload, head.length);
  return record;
}

/** Takes a stream in pieces cut anywhere, gives whole records. */
export class RecordDecoder {
  readonly #recordBytesMax: number;
  /** The length as far as it is read. */
  #length = 0;
  #digits = 0;
  /** What is missing of the current record's payload; undefined while its length is read. */
  #missing: number | undefined;
  readonly #payload = new ByteGatherer();
  #error: string | undefined;

  constructor(options: { readonly recordBytesMax?: number } = {}) {
    this.#recordBytesMax = options.recordBytesMax ?? recordBytesMaxDefault;
  }

  /** Why the stream cannot be read on; undefined as long as it can. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Whether the stream may end here: between two records. */
  get isBetweenRecords(): boolean {
    return this.#missing === undefined && this.#digits === 0;
  }

  /**
   * The records that `chunk` completed; they may share its memory. An error is final, and is given
   * only once the records before it have been.
   */
  push(chunk: Uint8Array): Result<Uint8Array[]> {
    const records: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length && this.#error === undefined) {
      at = this.#missing === undefined ? this.#readLength(chunk, at) : this.#readPayload(chunk, at);
      if (this.#missing === 0) records.push(this.#takeRecord());
    }
    if (this.#error !== undefined && records.length === 0) return { error: this.#error };
    return { value: records };
  }

  #readLength(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const byte = chunk[at++] as number;
      if (byte === newline && this.#digits > 0) {
        this.#missing = this.#length;
        return at;
      }
      if (byte < zero || byte > zero + 9 || this.#digits === lengthDigitsMax) {
        this.#error = "Cannot decode a record: its length is not a decimal number";
        return at;
      }
      this.#length = this.#length * 10 + byte - zero;
      this.#digits += 1;
      if (this.#length > this.#recordBytesMax) {
        this.#error = `Cannot decode a record: it is longer than ${this.#recordBytesMax} bytes`;
        return at;
      }
    }
    return at;
  }

  #readPayload(chunk: Uint8Array, from: number): number {
    const part = chunk.subarray(from, from + (this.#missing ?? 0));
    this.#payload.add(part);
    this.#missing = (this.#missing ?? 0) - part.length;
    return from + part.length;
  }

  #takeRecord(): Uint8Array {
    this.#missing = undefined;
    this.#length = 0;
    this.#digits = 0;
    return this.#payload.take();
  }
}
