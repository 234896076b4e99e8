/**
 * Finds a request's head in what has come, and says as soon as it can be none.
 *
 * PERF: what was looked at before is not looked at again, however a head trickles.
 */

import { hasForbiddenCharacterSoFar } from "../core/message/parse-fields.ts";
import { parseRequestHead, type RequestHead } from "../core/message/parse-request-head.ts";
import { planeLimits } from "../core/plane-limits.ts";

export type ReadHead =
  | { readonly kind: "head"; readonly head: RequestHead; readonly after: number }
  /** An empty line before a request, as careless clients send (RFC 9112 2.2). */
  | { readonly kind: "nothing"; readonly after: number }
  | { readonly kind: "unfinished" }
  | { readonly kind: "refused"; readonly status: number; readonly error: string };

const headEnd = Buffer.from("\r\n\r\n");
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

export class RequestHeadReader {
  /** How much of an unfinished head is known to be in order. */
  #scannedBytes = 0;

  /** `input`: what has come since the last head's end, all of it. */
  read(input: Buffer): ReadHead {
    if (input[0] === carriageReturn && input[1] === lineFeed) {
      this.#scannedBytes = 0;
      return { kind: "nothing", after: 2 };
    }
    const end = input.indexOf(headEnd, Math.max(0, this.#scannedBytes - headEnd.length));
    const bytes = end < 0 ? input.length : end;
    if (bytes > planeLimits.requestHeadBytesMax) {
      return { kind: "refused", status: 431, error: "the head is too long" };
    }
    if (end < 0) return this.#unfinished(input);
    this.#scannedBytes = 0;
    const parsed = parseRequestHead(input.toString("latin1", 0, bytes), {
      lineBytesMax: planeLimits.requestLineBytesMax,
      fieldsMax: planeLimits.fieldsMax,
    });
    if ("error" in parsed) return { kind: "refused", ...parsed };
    return { kind: "head", head: parsed.head, after: end + headEnd.length };
  }

  #unfinished(input: Buffer): ReadHead {
    // A line feed belongs to the carriage return before it, so the two are looked at together.
    let from = Math.max(0, this.#scannedBytes - 1);
    if (from > 0 && input[from] === lineFeed) from -= 1;
    this.#scannedBytes = input.length;
    return hasForbiddenCharacterSoFar(input.toString("latin1", from))
      ? { kind: "refused", status: 400, error: "control characters or bare line ends in the head" }
      : { kind: "unfinished" };
  }
}
