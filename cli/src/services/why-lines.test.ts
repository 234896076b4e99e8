import assert from "node:assert/strict";
import { test } from "node:test";
import { whyLines } from "./why-lines.ts";

const at = Date.UTC(2026, 10, 23, 5);

test("whyLines() says until when a job waits, and says so once", () => {
  const message = "waits for its time to come";
  const reasons = [{ kind: "WAITS_FOR_TIME", message, until: at }];
  assert.deepEqual(whyLines({ summary: message, reasons }), [
    "waits for its time to come (2026-11-23 05:00:00 UTC)",
  ]);
});

test("whyLines() puts every further reason on a line of its own", () => {
  const why = {
    summary: "the request is paused",
    reasons: [
      { kind: "PAUSED", message: "the request is paused" },
      { kind: "NO_DEPLOY", message: "nothing of it has been deployed" },
    ],
  };
  assert.deepEqual(whyLines(why), ["the request is paused", "nothing of it has been deployed"]);
});

test("whyLines() has something to say of a request that waits for nothing", () => {
  assert.deepEqual(whyLines({ summary: "nothing waits; 3 active", reasons: [] }), [
    "nothing waits; 3 active",
  ]);
  assert.deepEqual(whyLines({}), ["it waits for nothing"]);
});
