/**
 * One libprocess connection's incoming side: bytes cut anywhere, whole messages out.
 *
 * A connection carries the same few heads again and again, so a head's lines after the first are
 * compared with the previous message's before they are parsed. Bodies come with a length or in chunks
 * of any number; one that lies in a single piece of input is not copied.
 *
 * Refuses what is not a POST from a libprocess peer, and anything beyond the limits. After an error
 * the connection is of no use: nobody knows where the next message begins.
 */

import type { Result } from "@tavola/base";
import { ByteGatherer } from "./byte-gatherer.ts";
import type { LibprocessMessage } from "./libprocess.ts";
import { type MessageHead, parseHeaders, parseRequestLine } from "./libprocess-head.ts";

const limits = {
  headBytesMax: 16 * 1024,
  chunkLineBytesMax: 1024,
  /** As for HTTP bodies: a reregistering agent's message is the largest there is. */
  bodyBytesMax: 64 * 1024 * 1024,
} as const;

/** What is read next; `data` is what a length or a chunk announced. */
type Stage = "head" | "data" | "chunkSize" | "chunkEnd" | "trailer";

const nothing: Buffer = Buffer.alloc(0);
const carriageReturn = 13;
const lineFeed = 10;

/** Stops the decoder; its text becomes the error. */
class Malformed {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

export class LibprocessDecoder {
  readonly #bodyBytesMax: number;
  /** Unread input that is too short for its stage; bounded by the limits of lines and heads. */
  #rest: Buffer = nothing;
  #stage: Stage = "head";
  #line: { readonly bytes: Buffer; readonly to: string; readonly name: string } | undefined;
  #head: { readonly bytes: Buffer; readonly parsed: MessageHead } | undefined;
  #missing = 0;
  readonly #body = new ByteGatherer();
  #trailerBytes = 0;
  #error: string | undefined;

  constructor(options: { readonly bodyBytesMax?: number } = {}) {
    this.#bodyBytesMax = options.bodyBytesMax ?? limits.bodyBytesMax;
  }

  /** Why the connection cannot be read on; undefined as long as it can. */
  get error(): string | undefined {
    return this.#error;
  }

  /**
   * The messages that `chunk` completed; their bodies may share its memory. An error is final, and is
   * given only once the messages before it have been.
   */
  push(chunk: Uint8Array): Result<LibprocessMessage[]> {
    const messages: LibprocessMessage[] = [];
    if (this.#error === undefined) {
      try {
        this.#read(this.#withRest(chunk), messages);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        this.#error = `Cannot decode a libprocess message: ${error.problem}`;
        this.#rest = nothing;
        this.#body.take();
      }
    }
    if (this.#error !== undefined && messages.length === 0) return { error: this.#error };
    return { value: messages };
  }

  #withRest(chunk: Uint8Array): Buffer {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    return this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
  }

  #read(input: Buffer, messages: LibprocessMessage[]): void {
    let at = 0;
    while (at < input.length) {
      const next = this.#step(input, at, messages);
      if (next < 0) break;
      at = next;
    }
    // A copy: what is kept for the next chunk must not keep the whole of this one.
    this.#rest = at < input.length ? Buffer.from(input.subarray(at)) : nothing;
  }

  /** The position after what was read; negative when the stage needs more input. */
  #step(input: Buffer, at: number, messages: LibprocessMessage[]): number {
    switch (this.#stage) {
      case "head":
        return this.#readHead(input, at, messages);
      case "data":
        return this.#readData(input, at, messages);
      case "chunkSize":
        return this.#readChunkSize(input, at);
      case "chunkEnd":
        return this.#readChunkEnd(input, at);
      case "trailer":
        return this.#readTrailer(input, at, messages);
    }
  }

  #readHead(input: Buffer, at: number, messages: LibprocessMessage[]): number {
    const lineEnd = this.#requestLine(input, at);
    if (lineEnd < 0) return -1;
    const end = this.#headers(input, lineEnd, at);
    if (end < 0) return -1;
    const body = this.#head?.parsed.body ?? 0;
    if (body === "chunked") {
      this.#stage = "chunkSize";
    } else if (body === 0) {
      this.#finish(messages);
    } else {
      this.#announce(body);
    }
    return end;
  }

  /** The position after the request line, which is then in #line. */
  #requestLine(input: Buffer, at: number): number {
    const known = this.#line?.bytes;
    if (known !== undefined && startsWith(input, at, known)) return at + known.length;
    const end = input.indexOf("\r\n", at);
    if (end < 0 || end - at > limits.headBytesMax) {
      if (input.length - at > limits.headBytesMax) throw new Malformed("its head is too long");
      return -1;
    }
    const parsed = parseRequestLine(input.toString("latin1", at, end));
    if (parsed.error !== undefined) throw new Malformed(parsed.error);
    this.#line = { bytes: Buffer.from(input.subarray(at, end + 2)), ...parsed.value };
    return end + 2;
  }

  /** The position after the headers and the empty line behind them. */
  #headers(input: Buffer, at: number, headStart: number): number {
    const known = this.#head?.bytes;
    if (known !== undefined && startsWith(input, at, known)) return at + known.length;
    // A message without headers has no sender, so there is a line before the empty one.
    const end = input.indexOf("\r\n\r\n", at - 2);
    if (end < 0 || end - headStart > limits.headBytesMax) {
      if (input.length - headStart > limits.headBytesMax)
        throw new Malformed("its head is too long");
      return -1;
    }
    const parsed = parseHeaders(input.toString("latin1", at, Math.max(at, end)));
    if (parsed.error !== undefined) throw new Malformed(parsed.error);
    this.#head = { bytes: Buffer.from(input.subarray(at, end + 4)), parsed: parsed.value };
    return end + 4;
  }

  #announce(bytes: number): void {
    if (this.#body.length + bytes > this.#bodyBytesMax)
      throw new Malformed(`its body is longer than ${this.#bodyBytesMax} bytes`);
    this.#missing = bytes;
    this.#stage = "data";
  }

  #readData(input: Buffer, at: number, messages: LibprocessMessage[]): number {
    const part = input.subarray(at, at + this.#missing);
    this.#body.add(part);
    this.#missing -= part.length;
    if (this.#missing === 0) {
      if (this.#head?.parsed.body === "chunked") this.#stage = "chunkEnd";
      else this.#finish(messages);
    }
    return at + part.length;
  }

  #readChunkSize(input: Buffer, at: number): number {
    let size = 0;
    let digits = 0;
    let to = at;
    for (; to < input.length && digits < 9; to++, digits++) {
      const digit = hexDigit(input[to] as number);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (to === input.length) return -1;
    const end = lineEndAfter(input, to);
    if (end < 0) return -1;
    const after = input[to];
    // After the size: the line's end, or a chunk extension, which nobody uses.
    if (digits === 0 || digits === 9 || (after !== carriageReturn && after !== 59 && after !== 32))
      throw new Malformed("the size of a chunk is not a hexadecimal number");
    this.#trailerBytes = 0;
    if (size === 0) this.#stage = "trailer";
    else this.#announce(size);
    return end;
  }

  #readChunkEnd(input: Buffer, at: number): number {
    if (input.length - at < 2) return -1;
    if (input[at] !== carriageReturn || input[at + 1] !== lineFeed)
      throw new Malformed("a chunk is not followed by the end of a line");
    this.#stage = "chunkSize";
    return at + 2;
  }

  /** Lines up to an empty one; what they say is of no interest. */
  #readTrailer(input: Buffer, at: number, messages: LibprocessMessage[]): number {
    const end = lineEndAfter(input, at);
    if (end < 0) return -1;
    this.#trailerBytes += end - at;
    if (this.#trailerBytes > limits.headBytesMax) throw new Malformed("its trailer is too long");
    if (end - at === 2) this.#finish(messages);
    return end;
  }

  #finish(messages: LibprocessMessage[]): void {
    messages.push({
      from: this.#head?.parsed.from ?? "",
      to: this.#line?.to ?? "",
      name: this.#line?.name ?? "",
      body: this.#body.take(),
    });
    this.#stage = "head";
  }
}

function startsWith(input: Buffer, at: number, known: Buffer): boolean {
  const end = at + known.length;
  return end <= input.length && input.compare(known, 0, known.length, at, end) === 0;
}

/** The position after the next end of line, negative when it is not there yet. */
function lineEndAfter(input: Buffer, at: number): number {
  if (input[at] === carriageReturn && input[at + 1] === lineFeed) return at + 2;
  const end = input.indexOf("\r\n", at);
  if (end < 0 ? input.length - at > limits.chunkLineBytesMax : end - at > limits.chunkLineBytesMax)
    throw new Malformed("a line is too long");
  return end < 0 ? -1 : end + 2;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
