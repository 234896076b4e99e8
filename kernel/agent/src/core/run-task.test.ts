import assert from "node:assert/strict";
import { test } from "node:test";
import { asId, type TaskId } from "@tavola/base";
import { internal } from "@tavola/protocol";
import {
  agentId,
  commandTask,
  customTask,
  events,
  frameworkId,
  frameworkInfo,
  kinds,
  SteppedAgent,
  scalars,
  sent,
  statuses,
} from "../testing/stepped-agent.ts";

function ready(...config: ConstructorParameters<typeof SteppedAgent>): SteppedAgent {
  const agent = new SteppedAgent(...config);
  agent.register();
  return agent;
}

test("a command task gets an executor of its own, made up by the agent, as recorded", () => {
  const agent = ready();
  const effects = agent.run(commandTask("sleeper-1", { labels: { labels: [{ key: "k" }] } }));
  assert.deepEqual(kinds(effects), ["launchExecutor"]);
  const [launch] = effects.flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
  assert.ok(launch !== undefined);
  assert.deepEqual(launch.executor.info, {
    executor_id: { value: "sleeper-1" },
    framework_id: { value: frameworkId },
    command: {
      shell: false,
      value: "/usr/libexec/mesos/mesos-executor",
      arguments: ["mesos-executor", "--launcher_dir=/usr/libexec/mesos"],
    },
    name: "Command Executor (Task: sleeper-1) (Command: sh -c 'sleep 300')",
    source: "sleeper-1",
    resources: scalars({ cpus: 0.1, mem: 32 }, "web"),
    labels: { labels: [{ key: "k" }] },
  });
  assert.equal(
    launch.executor.allocated.toString(),
    "cpus(allocated: web):0.6; mem(allocated: web):96",
  );
  assert.equal(launch.executor.user, "root");
  assert.match(
    launch.executor.directory,
    /^\/work\/slaves\/.+\/executors\/sleeper-1\/runs\/[0-9a-f-]{36}$/,
  );
});

test("the executor's environment is Mesos's", () => {
  const agent = ready();
  const task = commandTask("t", {
    command: { value: "env", environment: { variables: [{ name: "PATH", value: "/mine" }] } },
  });
  const framework = frameworkInfo({ checkpoint: true });
  const [launch] = agent
    .run(task, { framework })
    .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
  const directory = launch?.executor.directory;
  assert.deepEqual(launch?.environment, {
    PATH: "/mine",
    LIBPROCESS_PORT: "0",
    MESOS_FRAMEWORK_ID: frameworkId,
    MESOS_EXECUTOR_ID: "t",
    MESOS_DIRECTORY: directory,
    MESOS_SANDBOX: directory,
    MESOS_SLAVE_ID: agentId,
    MESOS_SLAVE_PID: "slave(1)@10.0.0.2:5051",
    MESOS_AGENT_ENDPOINT: "10.0.0.2:5051",
    MESOS_CHECKPOINT: "1",
    MESOS_HTTP_COMMAND_EXECUTOR: "1",
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "5secs",
    MESOS_RECOVERY_TIMEOUT: "15mins",
    MESOS_SUBSCRIPTION_BACKOFF_MAX: "2secs",
  });
});

test("long and shell-less commands are shown cut short", () => {
  const agent = ready();
  const long = { value: "echo hello; sleep 1" };
  agent.run(commandTask("long", { command: long }));
  assert.match(agent.executor("long")?.info.name ?? "", /\(Command: sh -c 'echo hello; \.\.\.'\)$/);
  const bare = { shell: false, value: "/bin/ls", arguments: ["ls", "-la"] };
  agent.run(commandTask("bare", { command: bare }));
  assert.match(agent.executor("bare")?.info.name ?? "", /\(Command: \[\/bin\/ls, ls,\.\.\.\]\)$/);
});

test("SUBSCRIBED, then the queued task, without resizing what was launched for it", () => {
  const agent = ready();
  const [launch] = agent
    .run(commandTask("one"))
    .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
  const containerId = launch?.executor.containerId as NonNullable<
    typeof launch
  >["run"]["containerId"];
  const effects = agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  assert.deepEqual(kinds(effects), ["sendEvent", "sendEvent"]);
  const [subscribed, launched] = events(effects);
  assert.equal(subscribed?.subscribed?.container_id?.value, containerId);
  assert.equal(subscribed?.subscribed?.agent_info.id?.value, agentId);
  assert.equal(launched?.launch?.task.task_id.value, "one");
  assert.equal(agent.taskState("one", "one"), "TASK_STAGING");
});

test("a further task for a running executor is sent once its container has room", () => {
  const agent = ready();
  const container = agent.launched(customTask("one"));
  const effects = agent.run(customTask("two"), { launch_executor: false });
  assert.deepEqual(kinds(effects), ["resizeContainer"]);
  const [resize] = effects.flatMap((each) => (each.kind === "resizeContainer" ? [each] : []));
  assert.ok(resize !== undefined);
  assert.equal(resize.resources.find(({ name }) => name === "cpus")?.scalar?.value, 1.1);
  const resized = agent.feed({
    kind: "containerResized",
    containerId: container,
    afterwards: resize.afterwards,
    failure: undefined,
  });
  assert.equal(events(resized)[0]?.launch?.task.task_id.value, "two");
});

test("a container that cannot be resized is destroyed, and its tasks are gone", () => {
  const agent = ready();
  const containerId = agent.launched(customTask("one"));
  const [resize] = agent
    .run(customTask("two"), { launch_executor: false })
    .flatMap((each) => (each.kind === "resizeContainer" ? [each] : []));
  const effects = agent.feed({
    kind: "containerResized",
    containerId,
    afterwards: resize?.afterwards ?? { launch: [], deliver: undefined },
    failure: "no such cgroup",
  });
  assert.deepEqual(kinds(effects), ["destroyContainer"]);
  const ended = statuses(agent.feed({ kind: "executorTerminated", containerId, end: {} }));
  assert.deepEqual(
    ended.map(({ state, reason, message }) => [state, reason, message]),
    [1, 2].map(() => [
      "TASK_GONE",
      "REASON_CONTAINER_UPDATE_FAILED",
      "Failed to update resources for container: no such cgroup",
    ]),
  );
});

test("resources without a role get the framework's, in the form used inside", () => {
  const agent = ready();
  const framework = { user: "root", name: "old", id: { value: frameworkId }, role: "eng" };
  const resources = scalars({ cpus: 1, mem: 32 }).map((each) => ({ ...each, role: "*" }));
  agent.run(commandTask("one", { resources }), { framework });
  const roles = agent.executor("one")?.allocated.allocations();
  assert.deepEqual([...(roles?.keys() ?? [])], ["eng"]);
  assert.equal(agent.executor("one")?.allocated.scalar("cpus"), 1100);
});

const refusals: readonly (readonly [
  what: string,
  task: Parameters<SteppedAgent["run"]>[0],
  message: Parameters<SteppedAgent["run"]>[1],
  state: string,
  reason: string,
])[] = [
  [
    "neither command nor executor",
    (({ command: _, ...task }) => task)(commandTask("t")),
    {},
    "TASK_ERROR",
    "REASON_TASK_INVALID",
  ],
  [
    "both command and executor",
    { ...customTask("t"), command: { value: "true" } },
    {},
    "TASK_ERROR",
    "REASON_TASK_INVALID",
  ],
  ["an id that is a path", commandTask("../../etc"), {}, "TASK_ERROR", "REASON_TASK_INVALID"],
  [
    "a limit without cgroups",
    commandTask("t", { limits: { mem: { value: 128 } } }),
    {},
    "TASK_DROPPED",
    "REASON_GC_ERROR",
  ],
  [
    "outdated resources",
    commandTask("t"),
    { resource_version_uuids: [{ uuid: { value: new Uint8Array(16) } }] },
    "TASK_DROPPED",
    "REASON_INVALID_OFFERS",
  ],
  [
    "a volume that was never made",
    commandTask("t", {
      resources: [
        {
          name: "disk",
          type: "SCALAR",
          scalar: { value: 1 },
          disk: { persistence: { id: "v" } },
          allocation_info: { role: "web" },
        },
      ],
    }),
    {},
    "TASK_DROPPED",
    "REASON_RESOURCES_UNKNOWN",
  ],
  [
    "an executor that should be there",
    customTask("t"),
    { launch_executor: false },
    "TASK_DROPPED",
    "REASON_EXECUTOR_TERMINATED",
  ],
];

for (const [what, task, message, state, reason] of refusals) {
  test(`a task with ${what} is refused: ${state}, ${reason}`, () => {
    const agent = ready();
    const effects = agent.run(task, message);
    const [status] = statuses(effects);
    assert.equal(status?.state, state);
    assert.equal(status?.reason, reason);
    assert.equal(status?.source, "SOURCE_AGENT");
    assert.equal(status?.uuid?.length, 16);
    assert.ok(!kinds(effects).includes("launchExecutor"));
    // Nothing of it stays, and a master that counted an executor is told that there is none.
    assert.equal(agent.state.frameworks.size, 0);
    const expectsExecutor = message?.launch_executor !== false;
    assert.equal(sent(effects, internal.ExitedExecutorMessage).length, expectsExecutor ? 1 : 0);
  });
}

test("a refusal is told until it is acknowledged, or its framework is shut down", () => {
  const agent = ready();
  const task = (id: string) => (({ command: _, ...rest }) => rest)(commandTask(id));
  const [first] = statuses(agent.run(task("a")));
  const [again] = statuses(agent.pass(10_000));
  assert.deepEqual(again?.uuid, first?.uuid);
  agent.acknowledge("a", first?.uuid ?? new Uint8Array());
  agent.run(task("b"));
  agent.fromMaster("shutdownFramework", { framework_id: { value: frameworkId } });
  assert.deepEqual(statuses(agent.pass(10_000)), []);
  assert.equal(agent.state.updates.size, 0);
});

test("frameworks that are not PARTITION_AWARE are told TASK_LOST", () => {
  const agent = ready();
  const framework = frameworkInfo({ capabilities: [{ type: "MULTI_ROLE" }] });
  const [status] = statuses(agent.run(customTask("t"), { framework, launch_executor: false }));
  assert.equal(status?.state, "TASK_LOST");
});

test("a task group is refused whole", () => {
  const agent = ready();
  const effects = agent.fromMaster("runTaskGroup", {
    framework: frameworkInfo(),
    executor: { type: "DEFAULT", executor_id: { value: "pod" } },
    task_group: { tasks: [commandTask("a"), commandTask("b")] },
    launch_executor: true,
  });
  assert.deepEqual(
    statuses(effects).map(({ task_id, state }) => `${task_id.value} ${state}`),
    ["a TASK_ERROR", "b TASK_ERROR"],
  );
  assert.equal(agent.state.frameworks.size, 0);
});

test("the master wants an executor launched that is here: it is dropped and the executor ends", () => {
  const agent = ready();
  agent.launched(customTask("one"));
  const effects = agent.run(customTask("two"));
  assert.equal(statuses(effects)[0]?.reason, "REASON_EXECUTOR_TERMINATED");
  assert.equal(events(effects)[0]?.type, "SHUTDOWN");
});

test("a task that is here already, or is meant for another agent, is ignored", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("one"));
  agent.report(containerId, "one", "TASK_RUNNING");
  assert.deepEqual(kinds(agent.run(commandTask("one"))), []);
  assert.equal(agent.taskState("one", "one"), "TASK_RUNNING");
  assert.deepEqual(kinds(agent.run(commandTask("x", { agent_id: { value: "other" } }))), []);
});

test("checkpointing frameworks: a further task is written down before it is sent", () => {
  const agent = ready();
  const framework = frameworkInfo({ checkpoint: true });
  agent.launched(customTask("one"), { framework });
  const effects = agent.run(customTask("two"), { framework, launch_executor: false });
  assert.deepEqual(kinds(effects), ["checkpointTask", "resizeContainer"]);
});

test("a task that cannot be written down fails before it is sent, and says why", () => {
  const agent = ready();
  const framework = frameworkInfo({ checkpoint: true });
  const containerId = agent.launched(customTask("one"), { framework });
  const effects = agent.run(customTask("two"), { framework, launch_executor: false });
  const [resize] = effects.flatMap((each) => (each.kind === "resizeContainer" ? [each] : []));
  const taskId = resize?.afterwards.launch[0];
  assert.ok(taskId !== undefined && resize !== undefined);
  agent.feed({
    kind: "taskCheckpointFailed",
    containerId,
    taskId,
    message: "no space left on device",
  });
  assert.equal(agent.taskState("custom", "two"), "TASK_FAILED");
  const { afterwards } = resize;
  const resized = agent.feed({
    kind: "containerResized",
    containerId,
    afterwards,
    failure: undefined,
  });
  assert.deepEqual(events(resized), []);
});

function kill(agent: SteppedAgent, id: string): ReturnType<SteppedAgent["run"]> {
  return agent.fromMaster("killTask", {
    framework_id: { value: frameworkId },
    task_id: { value: id },
  });
}

/** What becomes of a launch that comes after its task was said to be unknown, and that was acknowledged. */
function launchAfterDrop(agent: SteppedAgent, id: string): ReturnType<SteppedAgent["run"]> {
  const [dropped] = statuses(agent.asksAfter(id));
  assert.equal(dropped?.reason, "REASON_RECONCILIATION");
  agent.acknowledge(id, dropped?.uuid ?? new Uint8Array());
  return agent.run(commandTask(id));
}

test("a launch held up until its task's drop was acknowledged is dropped as well, once", () => {
  const agent = ready();
  const late = launchAfterDrop(agent, "late");
  assert.ok(!kinds(late).includes("launchExecutor"));
  assert.deepEqual(
    statuses(late).map(({ state, reason }) => [state, reason]),
    [["TASK_DROPPED", "REASON_RECONCILIATION"]],
  );
  assert.equal(sent(late, internal.ExitedExecutorMessage).length, 1);
  agent.acknowledge("late", statuses(late)[0]?.uuid ?? new Uint8Array());
  const anew = agent.run(commandTask("late"));
  assert.ok(kinds(anew).includes("launchExecutor"), "its framework tried again");
});

test("a launch held up until the kill of its task was acknowledged is dropped as well", () => {
  const agent = ready();
  agent.run(commandTask("other"));
  const [dropped] = statuses(kill(agent, "late"));
  assert.equal(dropped?.state, "TASK_DROPPED");
  agent.acknowledge("late", dropped?.uuid ?? new Uint8Array());
  assert.ok(!kinds(agent.run(commandTask("late"))).includes("launchExecutor"));
});

test("what is held against a late launch is forgotten after a quarter of an hour, and never more than so much", () => {
  const agent = ready();
  const { tasksInTransit } = agent.state;
  agent.asksAfter("late");
  agent.pass(15 * 60_000);
  assert.equal(tasksInTransit.arrived(frameworkId, asId<TaskId>("late"), agent.now), false);
  for (let n = 0; n < 10_500; n += 1) {
    tasksInTransit.expect(frameworkId, asId<TaskId>(`t${n}`), agent.now);
  }
  assert.equal(tasksInTransit.size, 10_000);
  assert.equal(tasksInTransit.arrived(frameworkId, asId<TaskId>("t10499"), agent.now), true);
});

test("a task that has run here and ended may come again under the same id, whoever asked after it", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("again"));
  const [end] = statuses(agent.report(containerId, "again", "TASK_FINISHED"));
  agent.feed({ kind: "executorTerminated", containerId, end: { status: 0 } });
  agent.acknowledge("again", end?.uuid ?? new Uint8Array());
  const [unknown] = statuses(agent.asksAfter("again"));
  agent.acknowledge("again", unknown?.uuid ?? new Uint8Array());
  assert.ok(kinds(agent.run(commandTask("again"))).includes("launchExecutor"));
});
