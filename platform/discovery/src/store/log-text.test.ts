import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { announcementOf } from "../core/announcement.ts";
import type { Operation } from "../core/operation.ts";
import { decodeHead, encodeHead, firstIndex } from "./log-head.ts";
import { decodeLines, encodeLines, formatOperation } from "./log-text.ts";

const id = fc.string({ minLength: 1, maxLength: 40, unit: "binary" });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record({
      id,
      type: fc.string(),
      owner: fc.option(fc.base64String(), { nil: undefined }),
      more: fc.jsonValue(),
    })
    .map(({ id: announcementId, type, owner, more }) => ({
      kind: "put" as const,
      announcement: announcementOf(
        JSON.stringify({ announcementId, serviceType: type, metadata: { more } }),
        owner === "" ? undefined : owner,
      ),
    })),
  fc.tuple(fc.constantFrom("withdraw" as const, "expire" as const), id).map(([kind, each]) => ({
    kind,
    id: each,
  })),
);

test("a batch comes back as it was written", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      const bytes = encodeLines({ index: 7 }, operations.map(formatOperation));
      const { value, error } = decodeLines(bytes);
      assert.equal(error, undefined);
      assert.deepEqual(value?.operations, operations);
      assert.equal(value?.line["index"], 7);
    }),
  );
});

test("a batch of which a byte was changed, or the end is missing, is damaged", () => {
  const put = announcementOf(
    '{"announcementId":"a","serviceType":"t","serviceUri":"http://h"}',
    undefined,
  );
  const lines = [
    formatOperation({ kind: "put", announcement: put }),
    formatOperation({ kind: "expire", id: "b" }),
  ];
  const bytes = encodeLines({ index: 7 }, lines);
  const start = bytes.indexOf(10) + 1;
  for (let at = start; at < bytes.length; at += 1) {
    const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
    assert.equal(decodeLines(changed).error?.kind, "damaged", `byte ${at}`);
    assert.equal(decodeLines(bytes.subarray(0, at)).error?.kind, "damaged", `cut at ${at}`);
  }
  assert.equal(decodeLines(new Uint8Array()).error?.kind, "damaged");
  assert.equal(decodeLines(Buffer.from("null")).error?.kind, "damaged");
  const newer = Buffer.from('{"tavola":"discovery","format":2}\nwhatever');
  assert.equal(decodeLines(newer).error?.kind, "newer");
});

test("a head comes back as it was written; what is none is refused", () => {
  const snapshot = { id: "s", chunks: 3, bytes: 999 };
  for (const head of [
    { generation: "g", index: 5, base: 5 },
    { generation: "g", index: 9, base: 5, snapshot },
  ]) {
    assert.deepEqual(decodeHead(encodeHead(head)).value, head);
  }
  for (const text of [
    "",
    "{}",
    '{"tavola":"discovery","format":1}',
    '{"tavola":"discovery","format":1,"generation":"g","index":1,"base":2}',
  ]) {
    assert.equal(decodeHead(Buffer.from(text)).error?.kind, "damaged", text);
  }
  assert.equal(decodeHead(Buffer.from('{"tavola":"discovery","format":9}')).error?.kind, "newer");
});

test("firstIndex() begins above what was before, and fits into 31 bits for decades", () => {
  const now = Date.UTC(2026, 10, 21);
  assert.equal(firstIndex(now, 0), now / 1000 - 1_700_000_000);
  assert.ok(firstIndex(now, 200_000_000) > 200_000_000);
  assert.equal(firstIndex(0, 0), 1, "a clock that was never set");
  assert.ok(firstIndex(Date.UTC(2080, 0, 1), 0) < 2 ** 31);
});
