import assert from "node:assert/strict";
import { test } from "node:test";
import { trailersThatGoOn } from "./trailer-fields.ts";

test("trailersThatGoOn() keeps what says nothing of the message or its connection", () => {
  const ends = [
    "content-length",
    "transfer-encoding",
    "host",
    "connection",
    "http2-settings",
    "te",
  ];
  const misleads = ["authorization", "cookie", "x-forwarded-for", "forwarded", "expect"];
  for (const name of [...ends, ...misleads]) {
    assert.equal(trailersThatGoOn([name, "5"]), undefined, name);
    assert.deepEqual(trailersThatGoOn([name, "5", "x-sum", "42"]), ["x-sum", "42"], name);
  }
});

test("trailersThatGoOn() lets nothing of HTTP/2's end a line of HTTP/1", () => {
  for (const [name, value] of [
    ["x", "a\r\nhost: b"],
    ["x", "a\nb"],
    ["x", "a\0"],
    ["x\r\ny", "a"],
    ["X", "a"],
    [":path", "/"],
    ["", "a"],
  ] as const) {
    assert.equal(trailersThatGoOn([name, value]), undefined, JSON.stringify([name, value]));
  }
});
