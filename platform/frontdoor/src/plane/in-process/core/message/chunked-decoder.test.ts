import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ChunkedDecoder } from "./chunked-decoder.ts";
import type { FieldList } from "./field-list.ts";

interface Decoded {
  readonly body: string;
  readonly trailers: FieldList | undefined;
  readonly isOver: boolean;
  readonly after: string;
}

/** What comes of pieces; "malformed" as soon as one is. */
function decode(pieces: readonly Buffer[]): Decoded | "malformed" {
  const decoder = new ChunkedDecoder();
  let body = "";
  let trailers: FieldList | undefined;
  let after = "";
  for (const piece of pieces) {
    const end = decoder.decode(piece, 0, {
      bodyData: (bytes) => {
        body += Buffer.from(bytes).toString("latin1");
      },
      bodyEnded: (ended) => {
        trailers = ended;
      },
    });
    if (end < 0) return "malformed";
    after += piece.toString("latin1", end);
  }
  return { body, trailers, isOver: decoder.isOver, after };
}

function cutAt(text: string, places: readonly number[]): Buffer[] {
  const whole = Buffer.from(text, "latin1");
  const cuts = [0, ...places.map((place) => place % (whole.length + 1)), whole.length];
  const sorted = cuts.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
}

describe("ChunkedDecoder", () => {
  test("reads what an encoder wrote, however it is cut, and nothing after it", () => {
    const chunk = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 });
    const given = [
      fc.array(chunk, { maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 12 }),
    ] as const;
    fc.assert(
      fc.property(...given, (chunks, places) => {
        const encoded = chunks
          .map((text) => `${text.length.toString(16)};x=y\r\n${text}\r\n`)
          .join("");
        const text = `${encoded}0\r\nX-Sum: 4 2\r\n\r\nGET /`;
        assert.deepEqual(decode(cutAt(text, places)), {
          ...{ body: chunks.join(""), trailers: ["x-sum", "4 2"], isOver: true, after: "GET /" },
        });
      }),
    );
  });

  test("comes to the same for any bytes, however they are cut", () => {
    const alphabet = fc.constantFrom(
      "0",
      "1",
      "5",
      "a",
      ";",
      "\r\n",
      "\r",
      "\n",
      " ",
      "x: y",
      "\0",
    );
    const texts = fc.array(alphabet, { maxLength: 20 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, places) => {
        assert.deepEqual(decode(cutAt(text, places)), decode([Buffer.from(text, "latin1")]));
      }),
    );
  });

  test("drops trailers that would change what the head said", () => {
    const text = "0\r\nContent-Length: 5\r\nX-Forwarded-For: 1\r\nX-Kept: 1\r\n\r\n";
    const decoded = decode([Buffer.from(text)]);
    assert.deepEqual(decoded !== "malformed" && decoded.trailers, ["x-kept", "1"]);
  });

  test("refuses what never ends: a size line, extensions, trailers", () => {
    for (const text of [
      "0".repeat(5000),
      `1;${"a".repeat(3000)}\r\nX\r\n`.repeat(2),
      `0\r\n${`X: ${"y".repeat(1000)}\r\n`.repeat(20)}`,
    ]) {
      assert.equal(decode([Buffer.from(text)]), "malformed");
    }
  });
});
