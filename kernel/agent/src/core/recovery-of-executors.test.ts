/** Recovery: which executors are waited for, for how long, and what becomes of their tasks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { asId, type TaskId } from "@tavola/base";
import { Resources } from "@tavola/resources";
import {
  agentWith,
  container,
  executorWith,
  recover,
  reregister,
  reregistration,
  type Step,
  taskAfter,
  uuidOf,
} from "../testing/checkpointed.ts";
import {
  agentId,
  customTask,
  events,
  frameworkId,
  kinds,
  SteppedAgent,
  statuses,
} from "../testing/stepped-agent.ts";

test("a recovering agent asks for its containers, waits for its executors, then registers with all of it", () => {
  const agent = new SteppedAgent();
  const effects = recover(
    agent,
    agentWith([
      executorWith("custom", [
        taskAfter("running", [{ state: "TASK_RUNNING", uuid: 1, isAcknowledged: true }], true),
        taskAfter("told", [{ state: "TASK_RUNNING", uuid: 2 }], true),
        taskAfter("ended", [{ state: "TASK_FINISHED", uuid: 3 }], true),
        taskAfter("over", [{ state: "TASK_FINISHED", uuid: 4, isAcknowledged: true }], true),
      ]),
    ]),
  );
  const asked = effects.find((effect) => effect.kind === "recoverContainers");
  assert.deepEqual(asked?.containers, ["container-custom"]);
  assert.deepEqual(kinds(agent.pass(60_000)), [], "it registers before it is recovered");
  agent.feed({ kind: "containersRecovered" });
  assert.equal(agent.state.isReconnecting, true);
  assert.deepEqual(kinds(agent.pass(500)), []);
  const containerId = container("custom");
  const back = agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  assert.deepEqual(
    events(back).map(({ type }) => type),
    ["SUBSCRIBED"],
  );
  assert.ok(back.some(({ kind }) => kind === "finishRecovery"));
  assert.deepEqual(statuses(back), [], "updates wait for the master");
  const effectsThen = reregister(agent);
  const { tasks = [], executor_infos = [], frameworks = [], slave } = reregistration(effectsThen);
  assert.equal(slave.id?.value, agentId);
  assert.deepEqual(tasks.map(({ task_id, state }) => [task_id.value, state]).sort(), [
    ["ended", "TASK_FINISHED"],
    ["running", "TASK_RUNNING"],
    ["told", "TASK_RUNNING"],
  ]);
  assert.deepEqual(
    executor_infos.map(({ executor_id }) => executor_id.value),
    ["custom"],
  );
  assert.deepEqual(
    frameworks.map(({ id }) => id?.value),
    [frameworkId],
  );
  assert.deepEqual(
    statuses(effectsThen).map(({ task_id, state }) => [task_id.value, state]),
    [
      ["told", "TASK_RUNNING"],
      ["ended", "TASK_FINISHED"],
    ],
  );
  // The container is sized anew: nobody knows what the earlier agent had come to.
  const resize = back.find((effect) => effect.kind === "resizeContainer");
  assert.equal(
    Resources.of(resize?.resources ?? [])
      .toString()
      .includes("cpus"),
    true,
  );
});

test("a task that never reached its executor is dropped; one that did, and was not reported, is not", () => {
  const agent = new SteppedAgent();
  recover(
    agent,
    agentWith([executorWith("custom", [taskAfter("lost", [], true), taskAfter("sent", [], true)])]),
  );
  agent.feed({ kind: "containersRecovered" });
  const subscribe = { unacknowledged_tasks: [customTask("sent")] };
  const containerId = container("custom");
  agent.feed({ kind: "executorSubscribed", containerId, subscribe });
  assert.equal(agent.taskState("custom", "lost"), "TASK_DROPPED");
  assert.equal(agent.taskState("custom", "sent"), "TASK_STAGING");
  const append = agent.state.updates.hasReceived(frameworkId, asId<TaskId>("lost"), uuidOf(0));
  assert.equal(append, false);
  const status = agent
    .executor("custom")
    ?.terminatedTasks.get(asId<TaskId>("lost"))
    ?.statuses?.at(-1);
  assert.equal(status?.reason, "REASON_AGENT_RESTARTED");
});

test("an executor of which no task ever arrived is shut down when it comes back", () => {
  const agent = new SteppedAgent();
  recover(agent, agentWith([executorWith("t", [taskAfter("t", [])], { isGenerated: true })]));
  agent.feed({ kind: "containersRecovered" });
  const containerId = container("t");
  const effects = agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  assert.deepEqual(
    events(effects).map(({ type }) => type),
    ["SHUTDOWN"],
  );
});

test("an executor that does not come back in time is killed, its tasks are gone", () => {
  const agent = new SteppedAgent();
  const running: Step = { state: "TASK_RUNNING", uuid: 1, isAcknowledged: true };
  recover(
    agent,
    agentWith([
      executorWith("back", [taskAfter("a", [running], true)]),
      executorWith("hung", [taskAfter("b", [running], true)]),
    ]),
  );
  agent.feed({ kind: "containersRecovered" });
  agent.pass(1900);
  agent.feed({ kind: "executorSubscribed", containerId: container("back"), subscribe: {} });
  // Whoever is still missing gets the time anew: executors queue on a busy machine.
  assert.deepEqual(kinds(agent.pass(1900)), []);
  const late = agent.pass(700);
  assert.deepEqual(
    late.flatMap((effect) => (effect.kind === "destroyContainer" ? [effect.containerId] : [])),
    ["container-hung"],
  );
  reregister(agent);
  const containerId = container("hung");
  agent.feed({ kind: "executorTerminated", containerId, end: { status: 9 } });
  const task = agent.executor("hung")?.terminatedTasks.get(asId<TaskId>("b"));
  assert.equal(task?.state, "TASK_GONE");
  assert.equal(task?.statuses?.at(-1)?.reason, "REASON_EXECUTOR_REREGISTRATION_TIMEOUT");
});

test("a task whose executor was gone before it subscribed never ran: it is dropped", () => {
  const agent = new SteppedAgent();
  const executor = executorWith("t", [taskAfter("t", [])], { isGenerated: true });
  const [run] = executor.runs;
  assert.ok(run !== undefined);
  recover(agent, agentWith([{ ...executor, runs: [{ ...run, hasSubscribed: false }] }]));
  const message = "Abnormal executor termination: unknown container";
  agent.feed({ kind: "executorTerminated", containerId: container("t"), end: { message } });
  const task = agent.executor("t")?.terminatedTasks.get(asId<TaskId>("t"));
  assert.equal(task?.state, "TASK_DROPPED");
  assert.equal(task?.statuses?.at(-1)?.reason, "REASON_AGENT_RESTARTED");
});

test("executors get 15 s in all, however many come back one after the other", () => {
  const agent = new SteppedAgent();
  const names = Array.from({ length: 12 }, (_, i) => `e${i}`);
  recover(agent, agentWith(names.map((id) => executorWith(id, []))));
  agent.feed({ kind: "containersRecovered" });
  for (const id of names.slice(0, 8)) {
    agent.pass(1800);
    agent.feed({ kind: "executorSubscribed", containerId: container(id), subscribe: {} });
  }
  const effects = agent.pass(700);
  assert.equal(kinds(effects).filter((kind) => kind === "destroyContainer").length, 4);
});

test("an executor that ended meanwhile fails its task with its status; recovery need not wait", () => {
  const agent = new SteppedAgent();
  recover(
    agent,
    agentWith([
      executorWith("custom", [taskAfter("a", [{ state: "TASK_RUNNING", uuid: 1 }], true)]),
    ]),
  );
  const message = "Abnormal executor termination: the machine was rebooted";
  const containerId = container("custom");
  agent.feed({ kind: "executorTerminated", containerId, end: { message } });
  const effects = agent.feed({ kind: "containersRecovered" });
  assert.ok(kinds(effects).includes("finishRecovery"));
  const { tasks = [], executor_infos = [] } = reregistration(reregister(agent));
  assert.deepEqual(
    tasks.map(({ state }) => state),
    ["TASK_FAILED"],
  );
  assert.deepEqual(executor_infos, []);
  const [status] = tasks[0]?.statuses?.slice(-1) ?? [];
  assert.equal(status?.message, message);
});

test("a completed run is history: shown, not waited for", () => {
  const agent = new SteppedAgent();
  const task = taskAfter("t", [{ state: "TASK_FINISHED", uuid: 5, isAcknowledged: true }]);
  const executor = executorWith("t", [task], { isGenerated: true });
  const [run] = executor.runs;
  assert.ok(run !== undefined);
  recover(agent, agentWith([{ ...executor, runs: [{ ...run, isCompleted: true }] }]));
  agent.feed({ kind: "containersRecovered" });
  assert.equal(agent.state.executorsByContainer.size, 0);
  const { completed_frameworks = [] } = reregistration(reregister(agent));
  assert.deepEqual(
    completed_frameworks.flatMap(({ tasks = [] }) => tasks.map(({ state }) => state)),
    ["TASK_FINISHED"],
  );
});
