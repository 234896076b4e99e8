import assert from "node:assert/strict";
import test from "node:test";
import { instant } from "@tavola/base";
import { formatMessageJson, internal } from "@tavola/protocol";
import { applyOperation } from "./apply-operation.ts";
import { mesosRegistryOf } from "./mesos-registry.ts";
import type { RegistryOperation } from "./registry-operation.ts";
import { createRegistryState } from "./registry-state.ts";
import { agentId, agentInfo, masterInfo } from "./testing/random-operations.ts";

test("mesosRegistryOf() says in Mesos's words what is known", () => {
  const state = createRegistryState();
  const operations: readonly RegistryOperation[] = [
    { kind: "recordLeader", info: masterInfo("m") },
    { kind: "admitAgent", info: agentInfo("a") },
    { kind: "admitAgent", info: agentInfo("b") },
    { kind: "admitAgent", info: agentInfo("c") },
    { kind: "drainAgent", agentId: agentId("a"), config: { mark_gone: true } },
    { kind: "markAgentUnreachable", agentId: agentId("b"), at: instant(1500) },
    { kind: "markAgentGone", agentId: agentId("c"), at: instant(2500) },
    { kind: "updateWeights", weights: [{ role: "r", weight: 2 }] },
  ];
  for (const operation of operations) {
    assert.deepEqual(applyOperation(state, operation), { value: "changed" });
  }
  const json = JSON.parse(formatMessageJson(internal.Registry, mesosRegistryOf(state)));
  assert.equal(json.master.info.id, "m");
  assert.equal(json.slaves.slaves.length, 1);
  assert.equal(json.slaves.slaves[0].info.id.value, "a");
  assert.deepEqual(json.slaves.slaves[0].drain_info, {
    state: "DRAINING",
    config: { mark_gone: true },
  });
  assert.deepEqual(json.unreachable.slaves, [
    { id: { value: "b" }, timestamp: { nanoseconds: 1_500_000_000 }, deactivated: false },
  ]);
  assert.deepEqual(json.gone.slaves, [
    { id: { value: "c" }, timestamp: { nanoseconds: 2_500_000_000 } },
  ]);
  assert.deepEqual(json.weights, [{ info: { weight: 2, role: "r" } }]);
  assert.deepEqual(json.minimum_capabilities, [{ capability: "AGENT_DRAINING" }]);
});
