/**
 * What compiled decoders call for all that is not a byte or two: long varints, strings, fields of
 * other versions to be skipped.
 *
 * Whatever is wrong with the input ends in `throw unreadable`, one value without a stack or text: it
 * says only that the straight path does not lead on. message-codec.ts catches it and decodes the same
 * bytes again with the plain decoder, which knows where it stands and says so.
 */

import { SharedStrings } from "./shared-strings.ts";

/** Thrown when the input is not what a compiled decoder can read. Never leaves the codec. */
export const unreadable: unique symbol = Symbol("unreadable");

/** Nested groups and messages deeper than this are refused, as by Mesos. */
export const depthMax = 100;

const nothing = new Uint8Array(0);

/** A view of a larger buffer is let go after the message. */
const keptBytesMax = 1024 * 1024;

export class WireReader {
  /** Position after what was read last. */
  at = 0;
  readonly #strings = new SharedStrings();
  /** Sees all of the memory that the input is in; the input begins at #base. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  #base = 0;
  #lastBlob: Uint8Array = nothing;

  /** To be called before `string` and `double` are. */
  begin(bytes: Buffer): void {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    this.#base = bytes.byteOffset;
  }

  /** Lets go of the input, unless it is small enough to be kept for the next one in the same memory. */
  end(): void {
    this.#lastBlob = nothing;
    if (this.#view.byteLength > keptBytesMax) this.#view = new DataView(new ArrayBuffer(0));
  }

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

  /** UTF-8 as a string; what is not UTF-8 becomes U+FFFD. */
  string(bytes: Buffer, from: number, end: number): string {
    return this.#strings.decode(bytes, this.#view, this.#base, from, end);
  }

  double(from: number): number {
    return this.#view.getFloat64(this.#base + from, true);
  }

  /**
   * A copy, or the one before it in the same message, if that says the same. PERF: a status and its
   * update bear one uuid, and an array of sixteen bytes takes two hundred.
   */
  blob(bytes: Buffer, from: number, end: number): Uint8Array {
    if (isSame(this.#lastBlob, bytes, from, end)) return this.#lastBlob;
    const copy = new Uint8Array(end - from);
    for (let i = 0; i < copy.length; i++) copy[i] = bytes[from + i] as number;
    this.#lastBlob = copy;
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

function isSame(blob: Uint8Array, bytes: Buffer, from: number, end: number): boolean {
  if (blob.length !== end - from) return false;
  for (let i = 0; i < blob.length; i++) if (blob[i] !== bytes[from + i]) return false;
  return true;
}

function within(position: number, end: number): number {
  if (position > end) throw unreadable;
  return position;
}
