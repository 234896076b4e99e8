import assert from "node:assert/strict";
import test from "node:test";
import type { Resource } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { resources } from "../testing/core-fixture.ts";
import { SharedAmounts } from "./shared-amounts.ts";

const small = (): readonly Resource[] => structuredClone(resources("cpus:0.1;mem:32"));
const allocated = (list: readonly Resource[], role: string): readonly Resource[] =>
  list.map((each) => ({ ...each, allocation_info: { role } }));

test("SharedAmounts has one object for the same amounts, and another for others", () => {
  const shared = new SharedAmounts();
  const one = shared.allocated(small(), "web");
  assert.equal(shared.allocated(small(), "web"), one);
  assert.ok(one.equals(Resources.of(small()).allocatedTo("web")));
  for (const [list, role] of [
    [small(), "batch"],
    [resources("cpus:0.1;mem:64"), "web"],
    [resources("cpus:0.1"), "web"],
    [allocated(small(), "batch"), "web"],
  ] as const) {
    assert.ok(!shared.allocated(list, role).equals(one));
  }
});

test("SharedAmounts keeps the role that an agent names", () => {
  const shared = new SharedAmounts();
  const batch = shared.allocated(allocated(small(), "batch"), "web");
  assert.deepEqual([...batch.allocations().keys()], ["batch"]);
});

test("SharedAmounts takes what is not plain as it is", () => {
  const shared = new SharedAmounts();
  const ports = resources("cpus:1;ports:[1-2]");
  const revocable = small().map((each) => ({ ...each, revocable: {} }));
  for (const list of [ports, revocable]) {
    const found = shared.allocated(list, "web");
    assert.ok(found.equals(Resources.of(list).allocatedTo("web")));
    assert.notEqual(shared.allocated(list, "web"), found);
  }
});

test("SharedAmounts forgets rather than growing without bound", () => {
  const shared = new SharedAmounts();
  const first = shared.allocated(small(), "web");
  for (let n = 1; n <= 5000; n += 1) shared.allocated(resources(`cpus:${n}`), "web");
  const again = shared.allocated(small(), "web");
  assert.notEqual(again, first);
  assert.ok(again.equals(first));
});
