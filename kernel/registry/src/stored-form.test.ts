import assert from "node:assert/strict";
import test from "node:test";
import { instant, seededRandom } from "@tavola/base";
import { applyOperation } from "./apply-operation.ts";
import { batchBytes, decodeBatch, encodeBatch } from "./batch.ts";
import { crc32 } from "./crc32.ts";
import { encodeOperation } from "./operation-codec.ts";
import type { RegistryOperation } from "./registry-operation.ts";
import { createRegistryState, type RegistryState } from "./registry-state.ts";
import { decodeSnapshot } from "./snapshot-decoder.ts";
import { chunkBytesMax, encodeSnapshot } from "./snapshot-encoder.ts";
import { agentId, agentInfo, randomOperation } from "./testing/random-operations.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

test("crc32() is zlib's", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("the fold of a log is the fold of its batches, and what a snapshot of it gives back", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const random = seededRandom(seed);
    const state = createRegistryState();
    const replayed = createRegistryState();
    for (let batch = 0; batch < 20; batch += 1) {
      const accepted: RegistryOperation[] = [];
      for (let n = 0; n < 20; n += 1) {
        const operation = randomOperation(random, batch * 100 + n);
        if (applyOperation(state, operation).value === "changed") accepted.push(operation);
      }
      const encoded = accepted.map(encodeOperation);
      const bytes = encodeBatch(encoded);
      assert.ok(bytes.length <= batchBytes(encoded));
      const decoded = decodeBatch(bytes, "log/1");
      assert.deepEqual(decoded.value, accepted);
      for (const operation of decoded.value ?? []) applyOperation(replayed, operation);
      assert.deepEqual(replayed, state);
    }
    const restored = decodeSnapshot([...encodeSnapshot(state)], "snapshot-1");
    assert.deepEqual(restored, { value: state });
    assertSameOrder(restored.value, state);
  }
});

/** deepEqual() does not look at the order of maps. */
function assertSameOrder(one: RegistryState | undefined, other: RegistryState): void {
  assert.deepEqual([...(one?.unreachable.keys() ?? [])], [...other.unreachable.keys()]);
  assert.deepEqual([...(one?.gone.keys() ?? [])], [...other.gone.keys()]);
}

function largeRegistry(): RegistryState {
  const state = createRegistryState();
  for (let n = 0; n < 2000; n += 1) {
    const attributes = [
      { name: "rack", type: "TEXT", text: { value: "x".repeat(n % 500) } } as const,
    ];
    applyOperation(state, { kind: "admitAgent", info: agentInfo(`S${n}`, { attributes }) });
  }
  const huge = [{ name: "a", type: "TEXT", text: { value: "y".repeat(700_000) } } as const];
  applyOperation(state, { kind: "admitAgent", info: agentInfo("huge", { attributes: huge }) });
  return state;
}

test("chunks are small enough for any store, whatever the size of a record", () => {
  const state = largeRegistry();
  const chunks = [...encodeSnapshot(state)];
  assert.ok(chunks.length > 3);
  for (const chunk of chunks) assert.ok(chunk.length <= chunkBytesMax);
  assert.deepEqual(decodeSnapshot(chunks, "snapshot-1").value, state);
});

test("a snapshot tells the state of when it was begun", () => {
  const state = largeRegistry();
  const chunks = encodeSnapshot(state);
  const first = chunks.next().value as Uint8Array;
  applyOperation(state, { kind: "markAgentGone", agentId: agentId("S1999"), at: instant(1) });
  assert.deepEqual(decodeSnapshot([first, ...chunks], "snapshot-1").value, largeRegistry());
});

test("a chunk that is missing, twice, or in another's place is found", () => {
  const [a, b, ...rest] = [...encodeSnapshot(largeRegistry())] as [Uint8Array, Uint8Array];
  for (const [chunks, why] of [
    [[], "snapshot-1 has no end"],
    [[a, b, ...rest.slice(0, -1)], "snapshot-1 ends within record"],
    [[b, a, ...rest], "snapshot-1, chunk 0, is chunk 1"],
    [[a, a, b, ...rest], "snapshot-1, chunk 1, is chunk 0"],
    [[a, ...rest], "snapshot-1, chunk 1, is chunk 2"],
  ] as const) {
    const { error } = decodeSnapshot(chunks, "snapshot-1");
    assert.equal(error?.code, "REGISTRY_CORRUPT");
    assert.ok(error?.message.includes(why), error?.message);
  }
});

test("a batch cut at any byte, or with any byte changed, is refused", () => {
  const bytes = encodeBatch([
    encodeOperation({ kind: "admitAgent", info: agentInfo("a") }),
    encodeOperation({ kind: "removeAgent", agentId: agentId("a") }),
  ]);
  for (let at = 0; at < bytes.length; at += 1) {
    assert.equal(decodeBatch(bytes.subarray(0, at), "log/1").error?.code, "REGISTRY_CORRUPT");
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ 0x20;
    const { error } = decodeBatch(changed, "log/1");
    // What the line says of other versions is not checked by a sum.
    const isInNeeds = at > text(bytes).indexOf("needs=") && at < text(bytes).indexOf("\n");
    if (!isInNeeds) assert.equal(error?.code, "REGISTRY_CORRUPT", `byte ${at}`);
  }
});

test("a damaged value is named, with the way out", () => {
  const bytes = encodeBatch([encodeOperation({ kind: "removeAgent", agentId: agentId("a") })]);
  bytes[bytes.length - 1] = 0;
  assert.equal(
    decodeBatch(bytes, "log/17 in zk://a/mesos").error?.message,
    "the registry is damaged: log/17 in zk://a/mesos does not match its checksum; " +
      "restore it from a backup; nothing was changed",
  );
});

test("a foreign value is no registry", () => {
  const { error } = decodeBatch(new TextEncoder().encode("hello\n"), "log/1");
  assert.match(error?.message ?? "", /log\/1 does not begin as a registry does/);
  const [snapshot] = [...encodeSnapshot(createRegistryState())] as [Uint8Array];
  assert.match(decodeBatch(snapshot, "log/1").error?.message ?? "", /is a snapshot, not a batch/);
});

test("what a later version wrote is refused by name", () => {
  const later = new TextEncoder().encode(
    "tavola-registry/3 batch whatever=1 needs=2.4.0\nbytes of the future",
  );
  assert.deepEqual(decodeBatch(later, "log/17").error, {
    code: "REGISTRY_NEWER",
    message:
      "this registry was written by a newer version (log/17 has format 3, this version reads 1); " +
      "run Tavola 2.4.0 or newer; nothing was changed",
  });
  assert.equal(decodeSnapshot([later], "snapshot-1").error?.code, "REGISTRY_NEWER");
});

test("the stored form does not change by accident", () => {
  const state = createRegistryState();
  applyOperation(state, { kind: "admitAgent", info: { hostname: "h", id: { value: "a" } } });
  applyOperation(state, { kind: "markAgentGone", agentId: agentId("a"), at: instant(1.5) });
  const [chunk] = [...encodeSnapshot(state)] as [Uint8Array];
  assert.equal(
    text(chunk),
    "tavola-registry/1 snapshot part=0 bytes=26 crc=e7417015 needs=0.1.0\n" +
      '\x0e\0\0\0"\x0c\n\x01a\x11\0\0\0\0\0\0\xf8?\x04\0\0\0R\x02\b\x01',
  );
  const batch = encodeBatch([encodeOperation({ kind: "removeAgent", agentId: agentId("a") })]);
  assert.equal(
    text(batch),
    "tavola-registry/1 batch part=0 bytes=9 crc=2b136732 needs=0.1.0\n" + '\x05\0\0\0"\x03\n\x01a',
  );
});
