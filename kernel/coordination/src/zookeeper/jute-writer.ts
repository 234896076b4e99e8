/**
 * Writes ZooKeeper's records (jute): big-endian numbers, counted strings and bytes, one frame.
 *
 * A frame is its length in four bytes, then the record. The writer grows as needed and is used once.
 */

const firstBytes = 256;

export class JuteWriter {
  #bytes = Buffer.allocUnsafe(firstBytes);
  /** Room for the frame's length. */
  #at = 4;

  int(value: number): this {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
    return this;
  }

  long(value: bigint): this {
    this.#room(8);
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
    return this;
  }

  bool(value: boolean): this {
    this.#room(1);
    this.#at = this.#bytes.writeUInt8(value ? 1 : 0, this.#at);
    return this;
  }

  buffer(value: Uint8Array): this {
    this.int(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  string(value: string): this {
    const bytes = Buffer.byteLength(value);
    this.int(bytes);
    this.#room(bytes);
    this.#at += this.#bytes.write(value, this.#at);
    return this;
  }

  /** The whole frame, its length first. */
  frame(): Buffer {
    this.#bytes.writeInt32BE(this.#at - 4, 0);
    return this.#bytes.subarray(0, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
