/**
 * Puts together what arrives in pieces, in memory proportional to what has arrived.
 *
 * A single piece is handed on as it is. From the second on pieces are copied into a buffer that
 * doubles, so that neither a length that was only announced nor a million pieces of one byte cost
 * more than the bytes themselves.
 */
export class ByteGatherer {
  #only: Uint8Array | undefined;
  #buffer: Buffer | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.#length === 0) {
      this.#only = piece;
    } else {
      const buffer = this.#room(this.#length + piece.length);
      buffer.set(piece, this.#length);
    }
    this.#length += piece.length;
  }

  /** All of it, and starts anew. It may share memory with a piece that was added. */
  take(): Uint8Array {
    const bytes = this.#only ?? this.#buffer?.subarray(0, this.#length) ?? nothing;
    this.#only = undefined;
    this.#buffer = undefined;
    this.#length = 0;
    return bytes;
  }

  /** The buffer, with room for `bytes` and all pieces so far in it. */
  #room(bytes: number): Buffer {
    if (this.#buffer !== undefined && bytes <= this.#buffer.length) return this.#buffer;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#length));
    larger.set(this.#only ?? this.#buffer?.subarray(0, this.#length) ?? nothing);
    this.#only = undefined;
    this.#buffer = larger;
    return larger;
  }
}

const nothing: Uint8Array = Buffer.alloc(0);
