import assert from "node:assert/strict";
import { test } from "node:test";
import { asId, type ContainerId, type FrameworkId, instant, type TaskId } from "@tavola/base";
import { realDisk } from "@tavola/host";
import { decodeMessage, encodeMessage, internal, parseUpid, type Task } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { readCheckpoints } from "../shell/checkpoint-reader.ts";
import { recordedMessages, unpackMeta } from "../testing/recordings.ts";
import {
  agentId,
  commandTask,
  customTask,
  events,
  frameworkId,
  frameworkInfo,
  kinds,
  SteppedAgent,
  sent,
  statuses,
} from "../testing/stepped-agent.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import type { CheckpointedAgent, CheckpointedExecutor, CheckpointedTask } from "./checkpointed.ts";
import type { Effect } from "./effects.ts";
import { agentUpdateOf, taskOf } from "./task-messages.ts";

const master = { id: "master", host: "10.0.0.1", port: 5050 };
const uuidOf = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);

interface Step {
  readonly state: NonNullable<Task["state"]>;
  readonly uuid: number;
  readonly isAcknowledged?: boolean;
}

/** A task as its checkpoints are after these updates of its executor. */
function taskAfter(id: string, steps: readonly Step[], isCustom = false): CheckpointedTask {
  const records: internal.StatusUpdateRecord[] = [];
  for (const { state, uuid, isAcknowledged } of steps) {
    const reason = "REASON_EXECUTOR_TERMINATED";
    const update = agentUpdateOf(
      { frameworkId, agentId, taskId: id, state, reason, message: "" },
      instant(1),
      { next: () => 0 },
    );
    const status = { ...update.status, uuid: uuidOf(uuid), source: "SOURCE_EXECUTOR" as const };
    records.push({ type: "UPDATE", update: { ...update, uuid: uuidOf(uuid), status } });
    if (isAcknowledged === true) records.push({ type: "ACK", uuid: uuidOf(uuid) });
  }
  const info = taskOf(isCustom ? customTask(id) : commandTask(id), "TASK_STAGING", frameworkId);
  return { id, info, records, soundBytes: undefined };
}

function executorWith(
  id: string,
  tasks: readonly CheckpointedTask[],
  changes: Partial<CheckpointedExecutor> = {},
): CheckpointedExecutor {
  const containerId = `container-${id}`;
  const run = {
    containerId,
    isCompleted: false,
    hasSubscribed: true,
    forkedPid: 42,
    libprocessPid: undefined,
    tasks,
  };
  const { executor } = customTask("t", id);
  return {
    id,
    info: executor,
    isGenerated: false,
    latest: containerId,
    runs: [run],
    ...changes,
  };
}

function agentWith(executors: readonly CheckpointedExecutor[]): CheckpointedAgent {
  const info = {
    hostname: "agent",
    port: 5051,
    checkpoint: true,
    id: { value: agentId },
    resources: Resources.of([
      { name: "cpus", type: "SCALAR", scalar: { value: 4 } },
      { name: "mem", type: "SCALAR", scalar: { value: 4000 } },
      { name: "disk", type: "SCALAR", scalar: { value: 10_000 } },
    ]).toList(),
  };
  const framework = {
    id: frameworkId,
    info: frameworkInfo({ checkpoint: true }),
    pid: "@0.0.0.0:0",
    executors,
  };
  return { id: agentId, info, frameworks: [framework] };
}

function recover(
  agent: SteppedAgent,
  checkpointed: CheckpointedAgent,
  isRebooted = false,
): readonly Effect[] {
  const event = { kind: "checkpointsRecovered", resources: [], isRebooted } as const;
  const effects = agent.feed({ ...event, agent: checkpointed });
  for (const effect of effects) {
    // The disk is quick: what an earlier agent wrote is durable at once.
    if (effect.kind !== "appendUpdateRecord") continue;
    const { frameworkId, taskId, sequence } = effect;
    agent.feed({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  }
  agent.feed({ kind: "masterDetected", master, hostname: "m" });
  return effects;
}

const container = (id: string): ContainerId => asId<ContainerId>(`container-${id}`);

/** Lets the agent register again, and the master confirm. */
function reregister(agent: SteppedAgent): readonly Effect[] {
  const asked = agent.pass(1000);
  const confirmed = agent.fromMaster("slaveReregistered", { slave_id: { value: agentId } });
  return [...asked, ...confirmed];
}

function reregistration(effects: readonly Effect[]): internal.ReregisterSlaveMessage {
  const [message] = sent(effects, internal.ReregisterSlaveMessage);
  assert.ok(message !== undefined, "it did not register again");
  return message;
}

test("an agent recovered from a Mesos agent's checkpoints tells the master what that one told it", async (context) => {
  const workDir = await temporaryFolder(context);
  unpackMeta("meta", workDir);
  const messages = recordedMessages();
  const find = (name: string) => messages.findLast((each) => each.name.endsWith(name));
  const expected = decodeMessage(
    internal.ReregisterSlaveMessage,
    find("ReregisterSlaveMessage")?.body ?? new Uint8Array(),
  ).value as internal.ReregisterSlaveMessage;
  const { id: _, ...slave } = expected.slave;
  const totalResources = Resources.of(slave.resources ?? []);
  const agent = new SteppedAgent({
    info: { ...slave, resources: totalResources.toList() },
    totalResources,
    workDir: "/var/lib/mesos",
    resourceVersionUuid: expected.resource_version_uuid?.value ?? new Uint8Array(),
    upid: parseUpid("slave(1)@127.0.0.1:15051") as NonNullable<ReturnType<typeof parseUpid>>,
  });
  const found = readCheckpoints(realDisk(), workDir, undefined);
  assert.ok(found.agent !== undefined);
  recover(agent, found.agent);
  assert.equal(agent.state.isInfoChanged, false);
  agent.feed({ kind: "containersRecovered" });
  for (const containerId of [...agent.state.executorsByContainer.keys()]) {
    agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  }
  const message = { ...reregistration(agent.pass(1000)) };
  // We advertise only the capabilities that are there.
  message.agent_capabilities = expected.agent_capabilities ?? [];
  const byId = (tasks: readonly Task[] = []): Task[] =>
    [...tasks].sort((a, b) => (a.task_id.value < b.task_id.value ? -1 : 1));
  message.tasks = byId(message.tasks);
  expected.tasks = byId(expected.tasks);
  assert.deepEqual(
    decodeMessage(
      internal.ReregisterSlaveMessage,
      encodeMessage(internal.ReregisterSlaveMessage, message),
    ).value,
    expected,
  );
});

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

test("--recover=cleanup shuts all executors down, forgets them and ends the agent", () => {
  const agent = new SteppedAgent({ recover: "cleanup" });
  recover(
    agent,
    agentWith([
      executorWith("custom", [taskAfter("a", [{ state: "TASK_RUNNING", uuid: 1 }], true)]),
    ]),
  );
  const effects = agent.feed({ kind: "containersRecovered" });
  assert.equal(agent.state.phase, "terminating");
  assert.ok(!kinds(effects).includes("exit"));
  const containerId = container("custom");
  const subscribed = agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  assert.deepEqual(
    events(subscribed).map(({ type }) => type),
    ["SHUTDOWN"],
  );
  const killed = agent.pass(5000);
  assert.ok(kinds(killed).includes("destroyContainer"));
  const ended = agent.feed({ kind: "executorTerminated", containerId, end: { status: 9 } });
  const exit = ended.find((effect) => effect.kind === "exit");
  assert.equal(exit?.code, 0);
  assert.deepEqual(sent([...effects, ...ended], internal.ReregisterSlaveMessage), []);
});

test("--recover=cleanup with nothing there ends at once", () => {
  const agent = new SteppedAgent({ recover: "cleanup" });
  const event = { kind: "checkpointsRecovered", resources: [], isRebooted: false } as const;
  agent.feed({ ...event, agent: undefined });
  const effects = agent.feed({ kind: "containersRecovered" });
  assert.equal(effects.find((effect) => effect.kind === "exit")?.code, 0);
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

test("an agent whose configuration grew checkpoints itself anew once the master knows it", () => {
  const agent = new SteppedAgent();
  const earlier = agentWith([]);
  const info = { ...earlier.info, hostname: "agent", resources: [] };
  recover(agent, { ...earlier, info });
  assert.equal(agent.state.isInfoChanged, true);
  agent.feed({ kind: "containersRecovered" });
  const effects = reregister(agent);
  const written = effects.find((effect) => effect.kind === "checkpointAgent");
  assert.equal(written?.info.id?.value, agentId);
  assert.ok((written?.info.resources ?? []).length > 0);
});

test("reservations and volumes on disk are told to the master", () => {
  const agent = new SteppedAgent();
  const resource = { name: "cpus", type: "SCALAR" as const, scalar: { value: 1 }, role: "eng" };
  const event = { kind: "checkpointsRecovered", isRebooted: false } as const;
  agent.feed({ ...event, agent: agentWith([]), resources: [resource] });
  agent.feed({ kind: "masterDetected", master, hostname: "m" });
  agent.feed({ kind: "containersRecovered" });
  assert.deepEqual(reregistration(agent.pass(1000)).checkpointed_resources, [resource]);
});

test("agents that come back know whom they serve", () => {
  const agent = new SteppedAgent();
  recover(agent, agentWith([executorWith("custom", [])]));
  const framework = agent.state.frameworks.get(frameworkId as FrameworkId);
  assert.equal(framework?.isPartitionAware, true);
  assert.equal(framework?.pid, undefined);
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
