import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { amountOption, option } from "./options.ts";

const given = process.argv;
beforeEach(() => {
  process.argv = ["node", "run.ts", "idle", "--seconds=2.5", "--tasks=many", "--store="];
});
afterEach(() => {
  process.argv = given;
});

test("option() is what was said behind the first sign of equality", () => {
  assert.equal(option("seconds"), "2.5");
  assert.equal(option("store"), "");
  assert.equal(option("second"), undefined);
});

test("amountOption() takes numbers above 0 only", () => {
  assert.equal(amountOption("seconds", 60), 2.5);
  assert.equal(amountOption("rounds", 5), 5);
  assert.throws(() => amountOption("tasks", 1), /^Error: --tasks=many: a number above 0/);
});
