/** Pieces put together again, and what that costs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteGatherer } from "./byte-gatherer.ts";

test("ByteGatherer hands a single piece on as it is", () => {
  const gatherer = new ByteGatherer();
  const piece = Buffer.from("piece");
  gatherer.add(Buffer.alloc(0));
  gatherer.add(piece);
  assert.equal(gatherer.take(), piece);
  assert.equal(gatherer.take().length, 0);
});

test("ByteGatherer puts a million pieces of one byte together", () => {
  const gatherer = new ByteGatherer();
  for (let i = 0; i < 1_000_000; i++) gatherer.add(Buffer.of(i & 255));
  assert.equal(gatherer.length, 1_000_000);
  const bytes = gatherer.take();
  assert.equal(bytes.length, 1_000_000);
  assert.ok(bytes.buffer.byteLength <= 2_000_000, `${bytes.buffer.byteLength} bytes held`);
  assert.ok(bytes.every((byte, i) => byte === (i & 255)));
});

test("ByteGatherer leaves what it gave alone when it gathers anew", () => {
  const gatherer = new ByteGatherer();
  gatherer.add(Buffer.from("a"));
  gatherer.add(Buffer.from("b"));
  const first = gatherer.take();
  gatherer.add(Buffer.from("c"));
  gatherer.add(Buffer.from("d"));
  assert.equal(Buffer.from(first).toString(), "ab");
  assert.equal(Buffer.from(gatherer.take()).toString(), "cd");
});
