/** Strings found again by their bytes: the same when the bytes are, never when they are not. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SharedStrings } from "./shared-strings.ts";

/** Decodes all of `bytes` out of the middle of a larger memory. */
function decode(strings: SharedStrings, bytes: Uint8Array): string {
  const memory = Buffer.concat([Buffer.alloc(5, 1), bytes, Buffer.alloc(3, 2)]);
  const view = new DataView(memory.buffer);
  return strings.decode(memory, view, memory.byteOffset, 5, 5 + bytes.length);
}

test("SharedStrings decodes any bytes as UTF-8, the first time and every other", () => {
  const strings = new SharedStrings();
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.string().map(Buffer.from)),
      (bytes) => {
        const text = Buffer.from(bytes).toString("utf8");
        assert.equal(decode(strings, bytes), text);
        assert.equal(decode(strings, bytes), text);
      },
    ),
    { numRuns: 2000 },
  );
});

test("SharedStrings tells strings apart that differ in one byte, at any length", () => {
  const strings = new SharedStrings();
  for (let length = 1; length <= 66; length++) {
    const bytes = Buffer.alloc(length, 97);
    for (let i = 0; i < length; i++) {
      decode(strings, bytes);
      const other = Buffer.from(bytes);
      other[i] = 98;
      assert.equal(decode(strings, other), other.toString());
      assert.equal(decode(strings, bytes), bytes.toString());
    }
  }
});
