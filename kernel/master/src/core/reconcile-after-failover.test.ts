/** A new leader is asked how tasks and operations are before all agents are back. */

import assert from "node:assert/strict";
import test from "node:test";
import type { internal } from "@tavola/protocol";
import { comesBack, failedOver, reconcile, reconnects } from "../testing/failed-over.ts";
import type { Agent } from "./state.ts";

test("RECONCILE: what is not known yet is not answered; what is known has its latest state", () => {
  const cluster = failedOver();
  const { f, agents } = cluster;
  const [a0, a1] = agents as [Agent, Agent];
  const framework = reconnects(cluster);
  comesBack(cluster, 0);
  const [known, ...others] = reconcile(f, framework, [
    ["t0", a0.id],
    ["t1", a1.id],
    ["t1"],
    ["never", a1.id],
    ["never"],
  ]);
  assert.deepEqual(others, [], "the second agent may still come");
  assert.equal(known?.state, "TASK_RUNNING");
  assert.equal(known?.reason, "REASON_RECONCILIATION");
  assert.equal(known?.source, "SOURCE_MASTER");
  assert.equal(known?.message, "Reconciliation: Latest task state");
  assert.equal(known?.uuid, undefined);
  assert.equal(known?.executor_id?.value, "e0");
  comesBack(cluster, 1);
  const states = reconcile(f, framework, [["t1", a1.id], ["never", a1.id], ["never"]]);
  assert.deepEqual(
    states.map(({ state, message }) => [state, message]),
    [
      ["TASK_RUNNING", "Reconciliation: Latest task state"],
      ["TASK_GONE", "Reconciliation: Task is unknown to the agent"],
      ["TASK_UNKNOWN", "Reconciliation: Task is unknown"],
    ],
  );
});

for (const [who, capabilities, expected] of [
  [
    "a framework that knows partitions",
    [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
    ["TASK_UNREACHABLE", "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN", "TASK_UNKNOWN"],
  ],
  [
    "another framework",
    [{ type: "MULTI_ROLE" }],
    ["TASK_LOST", "TASK_LOST", "TASK_LOST", "TASK_LOST"],
  ],
] as const) {
  test(`RECONCILE by ${who}: agents that did not come back, that are gone, that nobody knows`, () => {
    const cluster = failedOver({
      info: { capabilities },
      meanwhile: (old, _, [, second]) => {
        const agentId = (second as Agent).id;
        old.handle({ kind: "markAgentGoneAsked", agentId, ticket: 1 });
      },
    });
    const { f, agents } = cluster;
    const [a0, a1] = agents as [Agent, Agent];
    const framework = reconnects(cluster);
    f.advance(600_000);
    const statuses = reconcile(f, framework, [["t0", a0.id], ["t1", a1.id], ["x", "who"], ["y"]]);
    assert.deepEqual(
      statuses.map(({ state }) => state),
      expected,
    );
    const since = BigInt(f.now) * 1_000_000n;
    assert.equal(statuses[0]?.unreachable_time?.nanoseconds, since);
    for (const status of statuses) {
      assert.equal(status.reason, "REASON_RECONCILIATION");
      assert.equal(status.uuid, undefined);
    }
  });
}

test("RECONCILE without tasks tells of those that came back, and of no others", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const framework = reconnects(cluster);
  assert.deepEqual(reconcile(f, framework, []), []);
  comesBack(cluster, 1);
  assert.deepEqual(
    reconcile(f, framework, []).map(({ task_id: id, state }) => [id.value, state]),
    [["t1", "TASK_RUNNING"]],
  );
});

test("an update that waits for its acknowledgement is what RECONCILE says, not a later state", () => {
  const cluster = failedOver();
  const { f, reports, agents } = cluster;
  const [first] = reports as [internal.ReregisterSlaveMessage];
  const uuid = new Uint8Array(16).fill(7);
  const tasks = (first.tasks ?? []).map((task) => ({
    ...task,
    state: "TASK_FINISHED" as const,
    status_update_state: "TASK_RUNNING" as const,
    status_update_uuid: uuid,
  }));
  f.handle({
    kind: "reregisterSlave",
    from: (agents[0] as Agent).pid,
    message: { ...first, tasks, executor_infos: [] },
  });
  const framework = reconnects(cluster);
  assert.equal(framework.usedResources.isEmpty, true, "what it used is free");
  assert.equal(reconcile(f, framework, [["t0"]])[0]?.state, "TASK_RUNNING");
});

test("RECONCILE_OPERATIONS after a failover: by what is known of the agent", () => {
  const cluster = failedOver({
    meanwhile: (old, _, [, second]) => {
      const agentId = (second as Agent).id;
      old.handle({ kind: "markAgentGoneAsked", agentId, ticket: 1 });
    },
  });
  const { f, agents } = cluster;
  const framework = reconnects(cluster);
  const ask = () => {
    const ids = [(agents[0] as Agent).id, (agents[1] as Agent).id, "who", undefined];
    f.call(framework, {
      type: "RECONCILE_OPERATIONS",
      reconcile_operations: {
        operations: ids.map((value) => ({
          operation_id: { value: "o" },
          ...(value !== undefined && { agent_id: { value } }),
        })),
      },
    });
    return f
      .takeEvents("s")
      .flatMap(({ update_operation_status: update }) => update?.status.state ?? []);
  };
  const rest = ["OPERATION_GONE_BY_OPERATOR", "OPERATION_UNKNOWN", "OPERATION_UNKNOWN"];
  assert.deepEqual(ask(), ["OPERATION_RECOVERING", ...rest]);
  comesBack(cluster, 0);
  assert.deepEqual(ask(), ["OPERATION_UNKNOWN", ...rest]);
  f.answersPings = false;
  f.advance(90_000);
  f.takeEvents("s");
  assert.deepEqual(ask(), ["OPERATION_UNREACHABLE", ...rest]);
});
