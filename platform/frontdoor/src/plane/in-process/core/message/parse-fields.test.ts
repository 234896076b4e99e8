import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { hasForbiddenCharacter, hasForbiddenCharacterSoFar } from "./parse-fields.ts";

/** As the rule reads: a control character other than tab, or half of a line's end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?:^|[^\r])\n/;

const pieces = fc.constantFrom(
  "\r",
  "\n",
  "\r\n",
  "\t",
  " ",
  "a",
  ":",
  "\0",
  "\x1f",
  "\x7f",
  "\x80",
);

describe("hasForbiddenCharacter()", () => {
  test("says what the rule says, of whatever text", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (some) => {
        const text = some.join("");
        assert.equal(hasForbiddenCharacter(text), forbidden.test(text), JSON.stringify(text));
      }),
      { numRuns: 2000 },
    );
  });

  test("of a text that goes on, a carriage return at its end may be half of a line's end", () => {
    for (const text of ["a\r", "a\r\nb\r"]) {
      assert.ok(hasForbiddenCharacter(text));
      assert.ok(!hasForbiddenCharacterSoFar(text));
    }
  });
});
