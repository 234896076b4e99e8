import assert from "node:assert/strict";
import { test } from "node:test";
import { grepLines } from "./grep-lines.ts";

test("grepLines() keeps the lines that match", () => {
  assert.deepEqual(grepLines("one\ntwo\nthree\n", "^t").value, ["two", "three"]);
  assert.deepEqual(grepLines("one", "x").value, []);
});

test("grepLines() refuses what is no expression, and what would take for ever", () => {
  assert.match(grepLines("x", "(").error ?? "", /not a regular expression/);
  assert.match(grepLines(`${"a".repeat(40)}!`, "(a+)+$").error ?? "", /takes too long/);
});
