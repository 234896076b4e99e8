/** Addresses of actors as text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatUpid, parseUpid } from "./upid.ts";

test("parseUpid() takes an address apart, formatUpid() puts it together", () => {
  assert.deepEqual(parseUpid("slave(1)@10.0.0.1:5051"), {
    id: "slave(1)",
    host: "10.0.0.1",
    port: 5051,
  });
  assert.equal(formatUpid({ id: "master", host: "::1", port: 5050 }), "master@::1:5050");
  assert.equal(parseUpid("master@::1:5050")?.host, "::1");
});

test("parseUpid() gives undefined for what is no address", () => {
  for (const text of [
    "",
    "master",
    "@1.2.3.4:5",
    "a@:5",
    "a@b",
    "a@b:",
    "a@b:x",
    "a@b:65536",
    "a@b:1e3",
  ])
    assert.equal(parseUpid(text), undefined, text);
});
