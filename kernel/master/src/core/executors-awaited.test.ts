import assert from "node:assert/strict";
import test from "node:test";
import type { internal, TaskState, TaskStatus } from "@tavola/protocol";
import { CoreFixture, registration, resources, statusUpdate } from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";

const neverArrived = { source: "SOURCE_AGENT", reason: "REASON_RECONCILIATION" } as const;

/** Task `t` on executor `e` was on its way when the agent reregistered, which names neither. */
function launchOnItsWay() {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s", { checkpoint: true });
  const executor = {
    executor_id: { value: "e" },
    command: { value: "x" },
    resources: resources("cpus:1"),
    framework_id: { value: framework.id },
  };
  const launch = (id: string): void =>
    f.launch(framework, f.offers("s"), {
      name: id,
      task_id: { value: id },
      agent_id: { value: agent.id },
      executor,
      resources: resources("cpus:1"),
    });
  const reregister = (extra: Partial<internal.ReregisterSlaveMessage> = {}): void => {
    const { slave, ...rest } = registration();
    const about = { slave: { ...slave, id: { value: agent.id } }, frameworks: [framework.info] };
    const message = { ...rest, ...about, ...extra };
    f.handle({ kind: "reregisterSlave", from: agent.pid, message });
    assertInvariants(f.state, f.allocator);
  };
  const update = (state: TaskState, status: Partial<TaskStatus> = {}): void => {
    const message = statusUpdate(agent.id, framework.id, "t", state, new Uint8Array(16));
    const changed = { ...message.update, status: { ...message.update.status, ...status } };
    f.handle({ kind: "statusUpdate", from: agent.pid, message: { ...message, update: changed } });
    assertInvariants(f.state, f.allocator);
  };
  launch("t");
  f.handle({ kind: "agentExited", pid: agent.pid });
  reregister();
  assert.equal(framework.executors.size, 1);
  assert.equal(agent.usedResources.scalar("cpus"), 2000);
  const usedCpus = (): number => agent.usedResources.scalar("cpus") / 1000;
  return { f, agent, framework, executor, launch, reregister, update, usedCpus };
}

test("an executor keeps what it was promised until its task is known to have never arrived", () => {
  const { f, agent, framework, update, usedCpus } = launchOnItsWay();
  update("TASK_DROPPED", neverArrived);
  assert.equal(framework.executors.size, 0);
  assert.equal(usedCpus(), 0);
  assert.equal(agent.executorsAwaited.size, 0);
  assert.equal(f.state.askedToReport.size, 0);
});

test("an executor of which something was heard stays if its agent, asked to reregister, names it", () => {
  for (const isThere of [true, false]) {
    const { f, agent, executor, reregister, update, usedCpus } = launchOnItsWay();
    update("TASK_RUNNING");
    assert.equal(usedCpus(), 2);
    assert.equal(f.state.askedToReport.size, 0, "while its task lives there is nothing to ask");
    update("TASK_FINISHED");
    assert.equal(usedCpus(), 1);
    assert.equal(f.state.askedToReport.has(agent.id), true);
    reregister(isThere ? { executor_infos: [executor] } : {});
    assert.equal(usedCpus(), isThere ? 1 : 0);
    assert.equal(agent.executorsAwaited.size, 0);
  }
});

test("an executor that died with its machine goes, though its agent repeats what it said before", () => {
  const { agent, reregister, update, usedCpus } = launchOnItsWay();
  update("TASK_RUNNING");
  update("TASK_DROPPED", neverArrived);
  assert.equal(usedCpus(), 1);
  reregister();
  assert.equal(usedCpus(), 0);
  assert.equal(agent.executorsAwaited.size, 0);
});

test("an awaited executor waits for what was launched on it since, and ends when its agent says so", () => {
  const { f, agent, framework, executor, launch, update, usedCpus } = launchOnItsWay();
  launch("u");
  assert.equal(usedCpus(), 3);
  update("TASK_DROPPED", neverArrived);
  assert.equal(usedCpus(), 2);
  f.handle({
    kind: "exitedExecutor",
    from: agent.pid,
    message: {
      slave_id: { value: agent.id },
      framework_id: { value: framework.id },
      executor_id: executor.executor_id,
      status: 0,
    },
  });
  assert.equal(usedCpus(), 1);
  assert.equal(agent.executorsAwaited.size, 0);
});
