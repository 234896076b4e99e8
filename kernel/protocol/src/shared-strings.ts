/**
 * Strings decoded lately, found again by their bytes.
 *
 * The same ids, names and roles come again and again. A short string that was decoded before is given
 * again instead of a new one: that is faster than decoding, costs no memory, and a map knows its hash.
 *
 * PERF: hashing and comparing forty bytes, four at a time, costs 30 ns; decoding them costs 110 ns.
 * One string a slot, the last one wins, so memory is bounded whatever is sent.
 */

const slotCount = 8192;
/** A longer string is decoded anew. */
const slotBytes = 64;

export class SharedStrings {
  readonly #texts: (string | undefined)[] = new Array(slotCount).fill(undefined);
  readonly #lengths = new Uint8Array(slotCount);
  readonly #slots = new DataView(new ArrayBuffer(slotCount * slotBytes));

  /** The UTF-8 between two positions of `bytes`, which `view` sees from `base` on. */
  decode(bytes: Buffer, view: DataView, base: number, from: number, end: number): string {
    const length = end - from;
    if (length > slotBytes || length < 4) return decodeOther(bytes, from, end, length);
    const at = base + from;
    const last = length - 4;
    let hash = length;
    for (let i = 0; i < last; i += 4) hash = Math.imul(hash ^ view.getInt32(at + i), 0x9e3779b1);
    // The last four bytes, some of them for the second time when the length is odd.
    hash = Math.imul(hash ^ view.getInt32(at + last), 0x9e3779b1);
    const slot = (hash ^ (hash >>> 15)) & (slotCount - 1);
    const text = this.#texts[slot];
    if (text !== undefined && this.#lengths[slot] === length) {
      const slots = this.#slots;
      const start = slot * slotBytes;
      let i = 0;
      while (i < last && view.getInt32(at + i) === slots.getInt32(start + i)) i += 4;
      if (i >= last && view.getInt32(at + last) === slots.getInt32(start + last)) return text;
    }
    return this.#add(slot, bytes, view, at, from, end);
  }

  #add(slot: number, bytes: Buffer, view: DataView, at: number, from: number, end: number): string {
    const text = bytes.toString("utf8", from, end);
    const last = end - from - 4;
    const start = slot * slotBytes;
    for (let i = 0; i < last; i += 4) this.#slots.setInt32(start + i, view.getInt32(at + i));
    this.#slots.setInt32(start + last, view.getInt32(at + last));
    this.#lengths[slot] = end - from;
    this.#texts[slot] = text;
    return text;
  }
}

/** Of one to three ASCII characters V8 keeps many strings itself; longer ones are not worth sharing. */
function decodeOther(bytes: Buffer, from: number, end: number, length: number): string {
  if (length === 0) return "";
  const first = bytes[from] as number;
  if (length === 1 && first < 128) return String.fromCharCode(first);
  const second = bytes[from + 1] as number;
  if (length === 2 && (first | second) < 128) return String.fromCharCode(first, second);
  const third = bytes[from + 2] as number;
  if (length === 3 && (first | second | third) < 128)
    return String.fromCharCode(first, second, third);
  return bytes.toString("utf8", from, end);
}
