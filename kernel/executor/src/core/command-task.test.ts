import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, later } from "@tavola/base";
import type { TaskInfo } from "@tavola/protocol";
import { CommandTask, type ProcessEnd, type TaskEffect } from "./command-task.ts";

const start = instant(1_000_000);
const task: TaskInfo = { name: "t", task_id: { value: "t" }, agent_id: { value: "a" } };
const framework = { user: "root", name: "f" };
const exitedZero: ProcessEnd = {
  status: 0,
  description: "exited with status 0",
  isOutOfMemory: false,
};
const terminated: ProcessEnd = {
  status: 15,
  description: "terminated with signal Terminated",
  isOutOfMemory: false,
};

/** One short line an effect. */
function told(effects: readonly TaskEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === "update") {
      const { state, message, reason, healthy } = effect.status;
      return [state, message, reason, healthy].filter((part) => part !== undefined).join(" | ");
    }
    if (effect.kind === "signal") return effect.signal;
    if (effect.kind === "wakeAt") return `${effect.timer} in ${effect.at - start} ms`;
    if (effect.kind === "cancelWake") return `no ${effect.timer}`;
    if (effect.kind === "recordKill") {
      const { by, killAt, healthy } = effect.kill;
      return ["record", by, killAt - start, healthy].filter((part) => part !== undefined).join(" ");
    }
    if (effect.kind === "leave") return `leave ${effect.end.status}`;
    return effect.kind;
  });
}

function running(own: Partial<TaskInfo> = {}, capabilities: readonly "TASK_KILLING_STATE"[] = []) {
  const core = new CommandTask({ shutdownGraceMs: 5000 });
  core.subscribed({ ...framework, capabilities: capabilities.map((type) => ({ type })) });
  core.launched({ ...task, ...own }, start);
  core.processStarted(start);
  return core;
}

test("a command that succeeds: STARTING, RUNNING, FINISHED", () => {
  const core = new CommandTask({ shutdownGraceMs: 5000 });
  assert.deepEqual(told(core.launched(task, start)), ["TASK_STARTING", "start"]);
  assert.deepEqual(told(core.processStarted(start)), ["TASK_RUNNING", "startChecks"]);
  assert.deepEqual(told(core.processEnded(exitedZero, start)), [
    "stopChecks",
    "no kill",
    "no completion",
    "TASK_FINISHED | Command exited with status 0",
    "leave 0",
  ]);
  assert.deepEqual(told(core.processEnded(exitedZero, start)), []);
});

test("a command that fails, or dies of a signal, is TASK_FAILED with how", () => {
  for (const [status, description] of [
    [256, "exited with status 1"],
    [137 * 256, "exited with status 137"],
    [9, "terminated with signal Killed"],
  ] as const) {
    const end = { status, description, isOutOfMemory: false };
    const [line] = told(running().processEnded(end, start)).filter((text) =>
      text.startsWith("TASK"),
    );
    assert.equal(line, `TASK_FAILED | Command ${description}`);
  }
});

test("a kill is SIGTERM, SIGKILL after the grace period, and TASK_KILLED", () => {
  const core = running();
  assert.deepEqual(told(core.killRequested(undefined, start)), [
    "stopChecks",
    "no completion",
    "record kill 3000",
    "SIGTERM",
    "kill in 3000 ms",
  ]);
  assert.deepEqual(told(core.timerFired("kill", start)), ["SIGKILL"]);
  assert.ok(
    told(core.processEnded(terminated, start)).includes(
      "TASK_KILLED | Command terminated with signal Terminated",
    ),
  );
});

test("TASK_KILLING is told to frameworks that know it", () => {
  const core = running({}, ["TASK_KILLING_STATE"]);
  assert.ok(told(core.killRequested(undefined, start)).includes("TASK_KILLING"));
});

test("the call's kill policy goes before the task's, and a repeat can only shorten it", () => {
  const own = { kill_policy: { grace_period: { nanoseconds: 60e9 } } };
  assert.ok(told(running(own).killRequested(undefined, start)).includes("kill in 60000 ms"));
  const core = running(own);
  const policy = (seconds: number) => ({ grace_period: { nanoseconds: seconds * 1e9 } });
  assert.ok(told(core.killRequested(policy(30), start)).includes("kill in 30000 ms"));
  assert.deepEqual(told(core.killRequested(policy(90), start)), []);
  assert.deepEqual(told(core.killRequested(policy(1), later(start, 5000))), [
    "record kill 6000",
    "kill in 6000 ms",
  ]);
});

test("a kill while the process is being started is carried out once it runs", () => {
  const core = new CommandTask({ shutdownGraceMs: 5000 });
  core.launched(task, start);
  assert.deepEqual(told(core.killRequested(undefined, start)), [
    "stopChecks",
    "no completion",
    "record kill 3000",
  ]);
  assert.deepEqual(told(core.processStarted(later(start, 100))), [
    "TASK_RUNNING",
    "SIGTERM",
    "kill in 3000 ms",
  ]);
});

test("max_completion_time ends it as TASK_FAILED with its reason", () => {
  const core = new CommandTask({ shutdownGraceMs: 5000 });
  core.subscribed({ ...framework, capabilities: [{ type: "TASK_KILLING_STATE" }] });
  const own = { ...task, max_completion_time: { nanoseconds: 2e9 } };
  assert.ok(told(core.launched(own, start)).includes("completion in 2000 ms"));
  core.processStarted(start);
  assert.deepEqual(told(core.timerFired("completion", start)), [
    "stopChecks",
    "no completion",
    "record completion 3000",
    "SIGTERM",
    "kill in 3000 ms",
  ]);
  assert.ok(
    told(core.processEnded(terminated, start)).includes(
      "TASK_FAILED | Command terminated with signal Terminated | REASON_MAX_COMPLETION_TIME_REACHED",
    ),
  );
});

test("a kill that an earlier host had begun goes on, and ends as one", () => {
  const adopted = (healthy?: boolean) => {
    const core = new CommandTask({ shutdownGraceMs: 5000 });
    const killAt = later(start, 2000);
    const kill = { by: "kill", killAt, ...(healthy !== undefined && { healthy }) } as const;
    assert.deepEqual(told(core.adopted(task, start, kill)), []);
    return core;
  };
  const core = adopted();
  assert.deepEqual(told(core.processStarted(start)), ["SIGTERM", "kill in 2000 ms"]);
  assert.deepEqual(told(core.timerFired("kill", later(start, 2000))), ["SIGKILL"]);
  const ended = told(core.processEnded(terminated, start));
  assert.ok(ended.includes("TASK_KILLED | Command terminated with signal Terminated"));
  const meanwhile = told(adopted(false).processEnded(exitedZero, start));
  assert.ok(meanwhile.includes("TASK_KILLED | Command exited with status 0 | false"));
});

test("SHUTDOWN kills within the agent's patience, or leaves when nothing runs", () => {
  const idle = new CommandTask({ shutdownGraceMs: 5000 });
  assert.deepEqual(told(idle.shutdownRequested(start)), ["leave 0"]);
  assert.ok(told(running().shutdownRequested(start)).includes("kill in 4000 ms"));
});

test("a task killed for want of memory is left to the agent to report", () => {
  const end = { status: 9, description: "terminated with signal Killed", isOutOfMemory: true };
  assert.deepEqual(told(running().processEnded(end, start)), ["stopChecks", "leave 9"]);
});

test("a process that cannot be started fails the task with the reason", () => {
  const core = new CommandTask({ shutdownGraceMs: 5000 });
  core.launched(task, start);
  assert.ok(
    told(core.processRefused("Failed to execute 'x'", start)).includes(
      "TASK_FAILED | Failed to execute 'x'",
    ),
  );
});

test("health is reported, and a task found unhealthy for too long is killed", () => {
  const core = running();
  const good = core.checkReported({ kind: "health", healthy: true, kill: false }, start);
  assert.deepEqual(told(good), ["TASK_RUNNING | REASON_TASK_HEALTH_CHECK_STATUS_UPDATED | true"]);
  const bad = told(core.checkReported({ kind: "health", healthy: false, kill: true }, start));
  assert.ok(bad.includes("SIGTERM"));
  assert.ok(
    told(core.processEnded(terminated, start)).includes(
      "TASK_KILLED | Command terminated with signal Terminated | false",
    ),
  );
});

test("a second LAUNCH is refused and harms nothing", () => {
  const core = running();
  const [line] = told(core.launched({ ...task, task_id: { value: "u" } }, start));
  assert.match(line ?? "", /^TASK_FAILED .*multiple tasks/);
  assert.equal(core.phase, "running");
});

test("a task of an earlier host is told to run again; its time limit counts from its launch", () => {
  const core = new CommandTask({ shutdownGraceMs: 5000 });
  const own = { ...task, max_completion_time: { nanoseconds: 2e9 } };
  assert.deepEqual(told(core.adopted(own, later(start, -500))), ["completion in 1500 ms"]);
  assert.deepEqual(told(core.processStarted(start)), ["TASK_RUNNING", "startChecks"]);
  assert.ok(told(core.processEnded(exitedZero, start)).some((line) => /FINISHED/.test(line)));
});
