/**
 * What compiled decoders call for all that is not a byte or two: long varints, strings, fields of
 * other versions to be skipped.
 *
 * Whatever is wrong with the input ends in `throw unreadable`, one value without a stack or text: it
 * says only that the straight path does not lead on. message-codec.ts catches it and decodes the same
 * bytes again with the plain decoder, which knows where it stands and says so.
 */

/** Thrown when the input is not what a compiled decoder can read. Never leaves the codec. */
export const unreadable: unique symbol = Symbol("unreadable");

/** Nested groups and messages deeper than this are refused, as by Mesos. */
export const depthMax = 100;

/** A string up to here may be shared with an equal one decoded before. */
const sharedStringMax = 64;
const sharedStrings: (string | undefined)[] = new Array(4096).fill(undefined);

export class WireReader {
  /** Position after what was read last. */
  at = 0;

  /** A tag or a length: at most 32 bits in at most five bytes. */
  prefix(bytes: Buffer, from: number, end: number): number {
    let value = 0;
    let at = from;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= end) throw unreadable;
      const byte = bytes[at++] as number;
      if (shift === 28 && byte > 15) throw unreadable;
      value |= (byte & 127) << shift;
      if (byte < 128) {
        this.at = at;
        return value >>> 0;
      }
    }
    throw unreadable;
  }

  /** Any varint as its 64 bits, unsigned. */
  uint64(bytes: Buffer, from: number, end: number): number {
    this.#halves(bytes, from, end);
    return this.#high * 4294967296 + this.#low;
  }

  /** Any varint as its 64 bits, signed. */
  int64(bytes: Buffer, from: number, end: number): number {
    this.#halves(bytes, from, end);
    return (this.#high | 0) * 4294967296 + this.#low;
  }

  /** Any varint cut to 32 bits. */
  uint32(bytes: Buffer, from: number, end: number): number {
    this.#halves(bytes, from, end);
    return this.#low;
  }

  /** Any varint cut to 32 bits, signed; enums are read so, too. */
  int32(bytes: Buffer, from: number, end: number): number {
    this.#halves(bytes, from, end);
    return this.#low | 0;
  }

  bool(bytes: Buffer, from: number, end: number): boolean {
    this.#halves(bytes, from, end);
    return (this.#high | this.#low) !== 0;
  }

  bigint64(bytes: Buffer, from: number, end: number): bigint {
    this.#halves(bytes, from, end);
    return BigInt.asIntN(64, (BigInt(this.#high) << 32n) | BigInt(this.#low));
  }

  /**
   * UTF-8 as a string. The same ids, names and roles come again and again, so a short string equal to
   * one decoded lately is that very string: it costs no memory, and maps know its hash.
   *
   * PERF: a sampled hash and one comparison; a collision costs a fresh string, never a wrong one.
   */
  string(bytes: Buffer, from: number, end: number): string {
    const length = end - from;
    if (length > sharedStringMax) return bytes.toString("utf8", from, end);
    if (length === 0) return "";
    let hash = length;
    for (let i = end - 1, stop = Math.max(from, end - 8); i >= stop; i--)
      hash = (hash * 33 + (bytes[i] as number)) | 0;
    hash = (hash * 33 + (bytes[from] as number)) & 4095;
    const shared = sharedStrings[hash];
    if (shared !== undefined && shared.length === length) {
      let i = 0;
      while (i < length && shared.charCodeAt(i) === bytes[from + i]) i++;
      if (i === length) return shared;
    }
    const text = bytes.toString("utf8", from, end);
    if (text.length === length) sharedStrings[hash] = text;
    return text;
  }

  blob(bytes: Buffer, from: number, end: number): Uint8Array {
    const copy = new Uint8Array(end - from);
    for (let i = 0; i < copy.length; i++) copy[i] = bytes[from + i] as number;
    return copy;
  }

  /** The position after the value of a field that has the tag `tag`. */
  skip(bytes: Buffer, tag: number, from: number, end: number, depth: number): number {
    if (tag >>> 3 === 0) throw unreadable;
    switch (tag & 7) {
      case 0:
        this.#halves(bytes, from, end);
        return this.at;
      case 1:
        return within(from + 8, end);
      case 2: {
        const length = this.prefix(bytes, from, end);
        return within(this.at + length, end);
      }
      case 3:
        return this.#skipGroup(bytes, tag, from, end, depth + 1);
      case 5:
        return within(from + 4, end);
      default:
        throw unreadable;
    }
  }

  #low = 0;
  #high = 0;

  #skipGroup(bytes: Buffer, start: number, from: number, end: number, depth: number): number {
    if (depth > depthMax) throw unreadable;
    let at = from;
    while (at < end) {
      const tag = this.prefix(bytes, at, end);
      if (tag === start + 1) return this.at;
      at = this.skip(bytes, tag, this.at, end, depth);
    }
    throw unreadable;
  }

  /** Splits a varint of up to ten bytes in two halves of 32 bits. */
  #halves(bytes: Buffer, from: number, end: number): void {
    let low = 0;
    let high = 0;
    let at = from;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw unreadable;
      const byte = bytes[at++] as number;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        this.at = at;
        return;
      }
    }
    throw unreadable;
  }
}

function within(position: number, end: number): number {
  if (position > end) throw unreadable;
  return position;
}
