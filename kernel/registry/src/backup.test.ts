import assert from "node:assert/strict";
import test from "node:test";
import { applyOperation } from "./apply-operation.ts";
import { decodeBackup, encodeBackup } from "./backup.ts";
import { createRegistryState, type RegistryState } from "./registry-state.ts";

function filled(agents: number): RegistryState {
  const state = createRegistryState();
  for (let n = 0; n < agents; n += 1) {
    const info = { hostname: `host-${n}.example`, id: { value: `a${n}` }, port: 5051 };
    assert.equal(applyOperation(state, { kind: "admitAgent", info }).error, undefined);
  }
  return state;
}

test("a backup holds the whole registry, of any size", () => {
  for (const agents of [0, 1, 10_000]) {
    const backup = encodeBackup(filled(agents));
    const { value, error } = decodeBackup(backup, "f");
    assert.equal(error, undefined);
    assert.equal(value?.admitted.size, agents);
    assert.deepEqual(encodeBackup(value as RegistryState), backup);
  }
});

test("a backup that is cut off, changed, or something else is refused", () => {
  const backup = encodeBackup(filled(3));
  for (const length of [0, 1, 50, backup.length - 1]) {
    assert.equal(decodeBackup(backup.subarray(0, length), "f").value, undefined, `${length} bytes`);
  }
  const changed = backup.slice();
  changed[backup.length - 5] = (changed[backup.length - 5] ?? 0) ^ 1;
  assert.match(decodeBackup(changed, "f").error?.message ?? "", /checksum/);
  assert.match(decodeBackup(Buffer.from("{}"), "f").error?.message ?? "", /at byte 0/);
  const later = Buffer.from("tavola-registry/7 snapshot of another kind needs=3.0.0\n…");
  assert.match(decodeBackup(later, "f").error?.message ?? "", /run Tavola 3\.0\.0 or newer/);
});
