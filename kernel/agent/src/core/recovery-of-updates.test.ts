/** Recovery: what an earlier agent, or an executor that has ended, still has to tell. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agentWith,
  container,
  executorWith,
  recover,
  reregister,
  taskAfter,
  uuidOf,
} from "../testing/checkpointed.ts";
import { kinds, SteppedAgent, statuses } from "../testing/stepped-agent.ts";

test("an acknowledgement after recovery goes to the same file, and ends the task", () => {
  const agent = new SteppedAgent();
  recover(
    agent,
    agentWith([
      executorWith("t", [taskAfter("t", [{ state: "TASK_FINISHED", uuid: 3 }])], {
        isGenerated: true,
      }),
    ]),
  );
  agent.feed({ kind: "containersRecovered" });
  agent.feed({ kind: "executorTerminated", containerId: container("t"), end: { status: 0 } });
  reregister(agent);
  const effects = agent.acknowledge("t", uuidOf(3));
  const append = effects.find((effect) => effect.kind === "appendUpdateRecord");
  assert.match(
    append?.path ?? "",
    /\/work\/meta\/slaves\/.*\/executors\/t\/runs\/container-t\/tasks\/t\/task\.updates$/,
  );
  assert.equal(append?.record?.type, "ACK");
  assert.ok(kinds(effects).includes("retireExecutor"));
  assert.equal(agent.state.frameworks.size, 0);
});

test("what cannot be told any more is passed over; its updates still arrive", () => {
  const agent = new SteppedAgent();
  const ended = taskAfter("t", [{ state: "TASK_FINISHED", uuid: 5 }]);
  const { runs } = executorWith("torn", [ended]);
  const effects = recover(
    agent,
    agentWith([
      executorWith("torn", [], { info: undefined, runs }),
      executorWith("unlinked", [], { latest: undefined }),
    ]),
    true,
  );
  assert.equal(agent.state.frameworks.size, 0);
  assert.ok(kinds(effects).includes("retirePaths"));
  agent.feed({ kind: "containersRecovered" });
  assert.deepEqual(
    statuses(reregister(agent)).map(({ task_id, state }) => [task_id.value, state]),
    [["t", "TASK_FINISHED"]],
  );
  agent.acknowledge("t", uuidOf(5));
  assert.equal(agent.state.updates.size, 0);
});

test("a task whose info a power cut took is kept until its updates are acknowledged", () => {
  const agent = new SteppedAgent();
  const ended = taskAfter("t", [{ state: "TASK_FINISHED", uuid: 5 }]);
  const torn = { ...ended, info: undefined };
  recover(agent, agentWith([executorWith("t", [torn], { isGenerated: true })]), true);
  agent.feed({ kind: "containersRecovered" });
  const end = agent.feed({ kind: "executorTerminated", containerId: container("t"), end: {} });
  assert.ok(!kinds(end).includes("retireExecutor"));
  assert.deepEqual(
    statuses(reregister(agent)).map(({ task_id, state }) => [task_id.value, state]),
    [["t", "TASK_FINISHED"]],
  );
  assert.ok(kinds(agent.acknowledge("t", uuidOf(5))).includes("retireExecutor"));
});

test("what an older run of an executor still has to tell is told", () => {
  const agent = new SteppedAgent();
  const [older] = executorWith("e", [taskAfter("t", [{ state: "TASK_FINISHED", uuid: 6 }])]).runs;
  const newer = executorWith("e", []);
  assert.ok(older !== undefined);
  const runs = [{ ...older, containerId: "container-older" }, ...newer.runs];
  recover(agent, agentWith([{ ...newer, runs }]), true);
  agent.feed({ kind: "containersRecovered" });
  agent.feed({ kind: "executorTerminated", containerId: container("e"), end: {} });
  assert.deepEqual(
    statuses(reregister(agent)).map(({ task_id, state }) => [task_id.value, state]),
    [["t", "TASK_FINISHED"]],
  );
});
