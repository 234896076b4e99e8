import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type ReadHead, RequestHeadReader } from "./request-head-reader.ts";

/** What comes of a text that is cut at some places; empty lines before it are left out. */
function readCut(text: string, places: readonly number[]): ReadHead["kind"] {
  const whole = Buffer.from(text, "latin1");
  const reader = new RequestHeadReader();
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length];
  let from = 0;
  let kind: ReadHead["kind"] = "unfinished";
  for (const end of ends.toSorted((a, b) => a - b)) {
    while (from < end) {
      const read = reader.read(whole.subarray(from, end));
      kind = read.kind;
      if (read.kind !== "nothing") break;
      from += read.after;
    }
    if (kind === "head" || kind === "refused") return kind;
  }
  return kind;
}

describe("RequestHeadReader", () => {
  test("comes to the same however a head is cut", () => {
    const piece = fc.constantFrom(
      ...["GET / HTTP/1.1\r\n", "Host: a\r\n", "X: y\r\n", "\r\n", "\r", "\n", "\0", "x", " "],
    );
    const texts = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, places) => {
        // Cut or not, it is refused or not; where, depends on how much has come.
        assert.equal(readCut(text, places), readCut(text, []));
      }),
      { numRuns: 500 },
    );
  });

  test("a head byte by byte", () => {
    const text = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    assert.equal(
      readCut(
        text,
        [...text].map((_, at) => at),
      ),
      "head",
    );
  });

  test("refuses a head that does not end", () => {
    assert.equal(readCut(`GET / HTTP/1.1\r\nX: ${"y".repeat(40_000)}`, []), "refused");
  });
});
