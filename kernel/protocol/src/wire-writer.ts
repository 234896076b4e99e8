/**
 * Where encoders write: one buffer that all encodings share and that grows as needed.
 *
 * The compiled encoders (encoder-compiler.ts) put most bytes into it themselves; here is what they
 * call for the rest: strings, bytes, long varints, lengths. Nothing checks room for each byte.
 * Instead `room` stays `slackBytes` short of the end, the calls for what has no fixed size keep the
 * position at or below it, and an encoder writes less than the slack between two such calls.
 *
 * Not re-entrant: one encoding is done before another begins.
 */

/** More than the fixed-size fields of any one message take; the compiler checks that. */
export const slackBytes = 4096;

/** A string up to here is copied by a loop, which beats a call into native code. */
const shortStringMax = 24;

const initialBytes = 64 * 1024;
/** A buffer that one huge message made larger than this is given back after it. */
const keptBytesMax = 4 * 1024 * 1024;

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);
const uint64Max = 2n ** 64n - 1n;

export class WireWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(initialBytes);
  view: DataView = new DataView(this.bytes.buffer);
  /** The highest position at which an encoder may go on without asking. */
  room: number = initialBytes - slackBytes;

  /** Makes room for `position`; what was written stays. */
  grow(position: number): void {
    const old = this.bytes;
    this.#use(Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(position + slackBytes + 1))));
    this.bytes.set(old);
  }

  /**
   * A copy of what was written up to `end`.
   *
   * PERF: from Node's pool of small buffers, because an ArrayBuffer of its own costs four times the
   * copying. Who keeps a message for long keeps up to 8 KiB with it.
   */
  take(end: number): Buffer {
    const message = Buffer.allocUnsafe(end);
    message.set(this.bytes.subarray(0, end));
    if (this.bytes.length > keptBytesMax) this.#use(Buffer.allocUnsafeSlow(initialBytes));
    return message;
  }

  /** Writes length and UTF-8; gives the position after it. Unpaired surrogates become U+FFFD. */
  string(text: string, at: number): number {
    if (typeof text !== "string") throw new TypeError("not a string");
    const length = text.length;
    if (at + length * 3 + 5 > this.room) this.grow(at + length * 3 + 5);
    if (length <= shortStringMax) {
      const bytes = this.bytes;
      let to = at + 1;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        bytes[to++] = code;
      }
      if (i === length) {
        bytes[at] = length;
        return to;
      }
    }
    const reserved = varintSize(length);
    return this.length(at, reserved, this.bytes.write(text, at + reserved, "utf8"));
  }

  /** Writes length and bytes. */
  blob(value: Uint8Array, at: number): number {
    if (!(value instanceof Uint8Array)) throw new TypeError("not bytes");
    const start = this.varint(value.length, at);
    if (start + value.length > this.room) this.grow(start + value.length);
    this.bytes.set(value, start);
    return start + value.length;
  }

  /** A whole number of 0 to 2^53. */
  varint(value: number, at: number): number {
    const bytes = this.bytes;
    let rest = value;
    let to = at;
    while (rest > 0x7fffffff) {
      bytes[to++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[to++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[to++] = rest;
    return to;
  }

  int32(value: number, at: number): number {
    return this.int64(Math.max(-0x80000000, Math.min(0x7fffffff, value)), at);
  }

  uint32(value: number, at: number): number {
    return this.uint64(Math.max(0, Math.min(0xffffffff, value)), at);
  }

  /** Beyond the ends of int64 the nearest end; a fraction is cut off. */
  int64(value: number, at: number): number {
    if (value >= 0 && value < 2 ** 53) return this.varint(Math.floor(value), at);
    return this.#bits(clamp(value, int64Min, int64Max), at);
  }

  uint64(value: number, at: number): number {
    if (value >= 0 && value < 2 ** 53) return this.varint(Math.floor(value), at);
    return this.#bits(clamp(value, 0n, uint64Max), at);
  }

  bigint64(value: bigint, at: number): number {
    return this.#bits(value < int64Min ? int64Min : value > int64Max ? int64Max : value, at);
  }

  /**
   * Fills in the length of the `size` bytes that follow the `reserved` ones at `at`, moving them when
   * the length takes more or fewer; gives the position after them.
   */
  length(at: number, reserved: number, size: number): number {
    const needed = varintSize(size);
    const from = at + reserved;
    if (needed !== reserved) {
      if (from + size > this.room) this.grow(from + size);
      this.bytes.copyWithin(at + needed, from, from + size);
    }
    this.varint(size, at);
    return at + needed + size;
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.room = bytes.length - slackBytes;
  }

  #bits(value: bigint, at: number): number {
    const bytes = this.bytes;
    let rest = BigInt.asUintN(64, value);
    let to = at;
    while (rest > 127n) {
      bytes[to++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    bytes[to++] = Number(rest);
    return to;
  }
}

function clamp(value: number, low: bigint, high: bigint): bigint {
  if (Number.isNaN(value)) throw new TypeError("not a number");
  if (value <= Number(low)) return low;
  if (value >= Number(high)) return high;
  return BigInt(Math.trunc(value));
}

/** How many bytes a length takes. */
function varintSize(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  if (length < 0x200000) return 3;
  return length < 0x10000000 ? 4 : 5;
}
