import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeFrame, decodeRecord, encodeFrame } from "./record-frame.ts";
import { bucketOf, isBucket, isHashed, keyOfName, nameOfKey, recordPath } from "./record-layout.ts";

test("a key is told by its name, unless that is a hash; names are what a path takes", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (key) => {
      const name = nameOfKey(key);
      assert.match(name, /^[!-.0-}]+$|^~[0-9a-f]{64}$/);
      assert.ok(name !== "." && name !== "..");
      if (!isHashed(name)) assert.equal(keyOfName(name), key);
      assert.ok(isBucket(bucketOf(key)));
    }),
  );
});

test("names are readable, and no two spellings name one key", () => {
  assert.match(
    recordPath("/p", "task", "my-service-1-1700000000000-1-host_1-DEFAULT"),
    /^\/p\/state\/task\/[0-3][0-9a-f]\/my-service-1-1700000000000-1-host_1-DEFAULT$/,
  );
  assert.equal(nameOfKey(".."), "%2E%2E");
  assert.equal(nameOfKey("a/b~"), "a%2Fb%7E");
  for (const name of ["%61", "a/b", "%2f", "%", "~", "..", ""]) {
    assert.equal(keyOfName(name), undefined, name);
  }
});

test("a record comes out of its frame as it went in; one changed byte is noticed", () => {
  const value = fc.jsonValue();
  fc.assert(
    fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, at, flip) => {
      const [first, ...rest] = encodeFrame(Buffer.from(JSON.stringify(record)), undefined);
      assert.ok(first !== undefined && rest.length === 0);
      const frame = decodeFrame(first);
      assert.ok(frame.value !== undefined);
      assert.equal(
        JSON.stringify(decodeRecord(frame.value, rest).value),
        JSON.stringify(JSON.parse(JSON.stringify(record))),
      );
      const changed = first.slice();
      const byte = first.indexOf(0x0a) + 1 + (at % frame.value.body.length);
      changed[byte] = (changed[byte] ?? 0) ^ flip;
      const damaged = decodeFrame(changed);
      assert.ok(damaged.value !== undefined);
      assert.equal(decodeRecord(damaged.value, rest).error?.kind, "damaged");
    }),
  );
});

test("decodeFrame() takes nothing else for a record", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(decodeFrame(bytes).error?.kind, "damaged");
    }),
  );
  for (const text of ["", "{}\n", "null\n", "[]\n{}", '{"tavola":"record","format":1}\n{}']) {
    assert.equal(decodeFrame(Buffer.from(text)).error?.kind, "damaged", text);
  }
});

test("100,000 records of a kind stay below what ZooKeeper lists at once", () => {
  const listed = new Map<string, number>();
  for (let at = 0; at < 100_000; at += 1) {
    const key = `${"request".repeat(14)}-deploy-17000000${at}-${at % 50}-${"host".repeat(20)}-${"rack".repeat(5)}`;
    const bucket = bucketOf(key);
    // ZooKeeper sends four bytes of length before each.
    listed.set(bucket, (listed.get(bucket) ?? 0) + nameOfKey(key).length + 4);
  }
  assert.ok(Math.max(...listed.values()) < 600_000, `${Math.max(...listed.values())} bytes`);
});
