/**
 * Chunked bodies (RFC 9112 7.1), to the letter and no further:
 *
 *     size [;extension] CRLF  data CRLF  ...  0 CRLF  trailers  CRLF
 *     \____ #line ____/       \_ #left _/             \_ #line _/
 *
 * Each line ends in CRLF, a size is hexadecimal digits and nothing else, and extensions are thrown
 * away, in bounds. What is looser than that was how chunks were read differently by two sides.
 */

import { planeLimits } from "../plane-limits.ts";
import type { BodyDecoder, BodySink } from "./body-decoder.ts";
import type { FieldList } from "./field-list.ts";
import { hasForbiddenCharacter, parseFields } from "./parse-fields.ts";
import { trailersThatGoOn } from "./trailer-fields.ts";

const sizeLine = /^([0-9a-fA-F]{1,13})(?:;([\t\x20-\x7e]*))?$/;
const lineBytesMax = 4096;

export class ChunkedDecoder implements BodyDecoder {
  #state: "size" | "data" | "data-end" | "trailers" = "size";
  #left = 0;
  /** What of a line has come so far. */
  #line = "";
  #trailers = "";
  #extensionBytes = 0;
  isOver = false;

  decode(bytes: Buffer, offset: number, sink: BodySink): number {
    let at = offset;
    while (!this.isOver && at < bytes.length) {
      at = this.#state === "data" ? this.#data(bytes, at, sink) : this.#lineOf(bytes, at, sink);
      if (at < 0) return -1;
    }
    return at;
  }

  #data(bytes: Buffer, at: number, sink: BodySink): number {
    const taken = Math.min(this.#left, bytes.length - at);
    this.#left -= taken;
    sink.bodyData(bytes.subarray(at, at + taken));
    if (this.#left === 0) this.#state = "data-end";
    return at + taken;
  }

  /** Reads on to a line's end; what the line says depends on where we are. */
  #lineOf(bytes: Buffer, at: number, sink: BodySink): number {
    const end = bytes.indexOf(0x0a, at);
    const stop = end < 0 ? bytes.length : end;
    const max = this.#state === "trailers" ? planeLimits.trailerBytesMax : lineBytesMax;
    if (this.#line.length + stop - at > max) return -1;
    this.#line += bytes.toString("latin1", at, stop);
    if (end < 0) return this.#mayGoOn() ? stop : -1;
    if (!this.#line.endsWith("\r")) return -1;
    const line = this.#line.slice(0, -1);
    this.#line = "";
    return this.#lineRead(line, sink) ? end + 1 : -1;
  }

  /** Whether what has come of the line can still become one: nobody waits for the rest of garbage. */
  #mayGoOn(): boolean {
    const line = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
    if (this.#state === "data-end") return line === "";
    if (this.#state === "size") return line === "" ? true : sizeLine.test(line);
    return !hasForbiddenCharacter(line);
  }

  #lineRead(line: string, sink: BodySink): boolean {
    if (this.#state === "data-end") {
      this.#state = "size";
      return line === "";
    }
    if (this.#state === "size") return this.#sizeRead(line);
    if (line !== "") {
      this.#trailers += `${line}\r\n`;
      return this.#trailers.length <= planeLimits.trailerBytesMax && !hasForbiddenCharacter(line);
    }
    const trailers = this.#parsedTrailers();
    if (trailers === "malformed") return false;
    this.isOver = true;
    sink.bodyEnded(trailers);
    return true;
  }

  #sizeRead(line: string): boolean {
    const match = sizeLine.exec(line);
    if (match === null) return false;
    this.#extensionBytes += match[2]?.length ?? 0;
    if (this.#extensionBytes > planeLimits.chunkExtensionBytesMax) return false;
    this.#left = Number.parseInt(match[1] as string, 16);
    this.#state = this.#left === 0 ? "trailers" : "data";
    return true;
  }

  #parsedTrailers(): FieldList | undefined | "malformed" {
    if (this.#trailers === "") return undefined;
    const parsed = parseFields(this.#trailers, 0, planeLimits.fieldsMax);
    if ("error" in parsed) return "malformed";
    return trailersThatGoOn(parsed.fields);
  }
}
