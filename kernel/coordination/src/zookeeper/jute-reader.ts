/**
 * Reads ZooKeeper's records (jute), and trusts no length in them.
 *
 * A record that ends early, or claims more than it holds, throws `MalformedAnswer`; `readAnswer()` is
 * where that becomes a returned error. Bytes and strings are copied out, so that a small value does
 * not keep a large frame alive.
 */

import type { Result } from "@tavola/base";

/** Thrown within a decoder only; see `readAnswer()`. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
}

export class JuteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int(): number {
    this.#need(4, "a number");
    const value = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  long(): bigint {
    this.#need(8, "a long number");
    const value = this.#bytes.readBigInt64BE(this.#at);
    this.#at += 8;
    return value;
  }

  bool(): boolean {
    this.#need(1, "a truth value");
    const value = this.#bytes[this.#at];
    this.#at += 1;
    if (value !== 0 && value !== 1) throw new MalformedAnswer(`a truth value of ${value}`);
    return value === 1;
  }

  /** Absent (a length of -1) reads as empty: a node made without data has none. */
  buffer(): Uint8Array {
    const length = this.int();
    if (length === -1) return new Uint8Array();
    this.#need(length, "bytes");
    const value = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return value;
  }

  string(): string {
    const length = this.int();
    if (length === -1) return "";
    this.#need(length, "a string");
    const value = this.#bytes.toString("utf8", this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  /** `itemBytesMin`: what one item takes at least, so that no count asks for more than is there. */
  list<T>(itemBytesMin: number, item: () => T): T[] {
    const count = this.int();
    if (count === -1) return [];
    if (count < 0) throw new MalformedAnswer(`a list of ${count}`);
    this.#need(count * itemBytesMin, "a list");
    return Array.from({ length: count }, item);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #need(bytes: number, what: string): void {
    if (bytes < 0) throw new MalformedAnswer(`${what} of length ${bytes}`);
    if (this.#at + bytes > this.#bytes.length) {
      throw new MalformedAnswer(
        `${what} of ${bytes} bytes at ${this.#at} of ${this.#bytes.length} bytes`,
      );
    }
  }
}

/** What `read` makes of it, or in what way it is no answer. */
export function readAnswer<T>(read: () => T): Result<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof MalformedAnswer) return { error: error.message };
    throw error;
  }
}
