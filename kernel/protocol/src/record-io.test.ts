/** RecordIO both ways, cut at every byte, with a limit, and with what is no record. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryPieces } from "../testing/arbitrary-messages.ts";
import { encodeRecord, RecordDecoder } from "./record-io.ts";

const stream = Buffer.concat([
  encodeRecord("first"),
  encodeRecord(""),
  encodeRecord(new Uint8Array([10, 49, 10])),
  encodeRecord("é".repeat(70)),
]);
const payloads = ["first", "", "\n1\n", "é".repeat(70)];

function decodeAll(pieces: readonly Uint8Array[]): string[] {
  const decoder = new RecordDecoder();
  const records = pieces.flatMap((piece) => decoder.push(piece).value ?? []);
  assert.equal(decoder.error, undefined);
  assert.equal(decoder.isBetweenRecords, true);
  return records.map((record) => Buffer.from(record).toString());
}

test("encodeRecord() writes the length in bytes, not in characters", () => {
  assert.equal(Buffer.from(encodeRecord("é")).toString("latin1"), "2\n\u00c3\u00a9");
  assert.equal(Buffer.from(encodeRecord("")).toString(), "0\n");
});

test("RecordDecoder gives the same records wherever the stream is cut", () => {
  assert.deepEqual(decodeAll([stream]), payloads);
  for (let first = 0; first <= stream.length; first++)
    assert.deepEqual(decodeAll([stream.subarray(0, first), stream.subarray(first)]), payloads);
  assert.deepEqual(decodeAll([...stream].map((byte) => Buffer.from([byte]))), payloads);
  fc.assert(
    fc.property(arbitraryPieces(stream), (pieces) => {
      assert.deepEqual(decodeAll(pieces), payloads);
    }),
  );
});

test("RecordDecoder knows whether a stream ends within a record", () => {
  const decoder = new RecordDecoder();
  assert.equal(decoder.isBetweenRecords, true);
  decoder.push(Buffer.from("1"));
  assert.equal(decoder.isBetweenRecords, false);
  decoder.push(Buffer.from("\n"));
  assert.equal(decoder.isBetweenRecords, false);
  decoder.push(Buffer.from("x"));
  assert.equal(decoder.isBetweenRecords, true);
});

test("RecordDecoder refuses a length that is no number, after the records before it", () => {
  for (const bad of ["\n", "-1\n", "1a\nx", " 1\nx", "0x1\nx", "1\r\nx", `${"0".repeat(21)}\n`]) {
    const decoder = new RecordDecoder();
    const both = decoder.push(Buffer.from(`2\nok${bad}`));
    assert.deepEqual(both.value?.map(String), ["ok"], bad);
    assert.match(decoder.error ?? "", /length is not a decimal number$/, bad);
    assert.deepEqual(decoder.push(Buffer.from("2\nok")), { error: decoder.error }, bad);
  }
});

test("RecordDecoder refuses a record above its limit before any of it has come", () => {
  const decoder = new RecordDecoder({ recordBytesMax: 10 });
  assert.equal(decoder.push(Buffer.from("10\n0123456789")).value?.length, 1);
  assert.deepEqual(decoder.push(Buffer.from("11")), {
    error: "Cannot decode a record: it is longer than 10 bytes",
  });
});

test("RecordDecoder takes any bytes in any pieces", () => {
  const digits = fc.constantFrom(..."0123456789\n").map((c) => c.charCodeAt(0));
  const bytes = fc
    .array(fc.oneof({ weight: 20, arbitrary: digits }, fc.nat(255)), { maxLength: 200 })
    .map((codes) => Buffer.from(codes));
  const cut = bytes.chain((all) => arbitraryPieces(all).map((pieces) => ({ all, pieces })));
  fc.assert(
    fc.property(cut, ({ all, pieces }) => {
      const whole = outcomeOf([all]);
      assert.deepEqual(outcomeOf(pieces), whole);
      const payloadBytes = whole.records.reduce((sum, record) => sum + record.length / 2, 0);
      assert.ok(payloadBytes <= all.length);
    }),
    { numRuns: 500 },
  );
});

function outcomeOf(pieces: readonly Uint8Array[]) {
  const decoder = new RecordDecoder({ recordBytesMax: 1000 });
  const records = pieces.flatMap((piece) => decoder.push(piece).value ?? []);
  return { records: records.map((r) => Buffer.from(r).toString("hex")), error: decoder.error };
}
