import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration } from "./duration-text.ts";

test("formatDuration() picks the largest unit of which there is one", () => {
  assert.equal(formatDuration(5000), "5secs");
  assert.equal(formatDuration(60_000), "1mins");
  assert.equal(formatDuration(90_000), "1.5mins");
  assert.equal(formatDuration(15 * 60_000), "15mins");
  assert.equal(formatDuration(604_800_000), "1weeks");
  assert.equal(formatDuration(250), "250ms");
  assert.equal(formatDuration(0.5), "500us");
  assert.equal(formatDuration(0), "0ns");
});
