/** A host with real tasks and a scripted agent; what outlives a host is executor-host-death.test.ts's. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hostPaths, hostSocketPath } from "@tavola/containerizer";
import { silentLogger, simulatedClock } from "@tavola/host";
import type { executor } from "@tavola/protocol";
import {
  type HostStage,
  openHost,
  openStage,
  type StagedContainer,
  taskOf,
} from "../testing/host-stage.ts";
import { recordedCalls, shapeOf } from "../testing/recorded-calls.ts";
import { killOf, launchOf } from "../testing/scripted-agent.ts";
import { until, untilTrue } from "../testing/until.ts";
import { runExecutorHost } from "./executor-host.ts";

const killing = [{ type: "TASK_KILLING_STATE" }] as const;
const checkpointing = { MESOS_CHECKPOINT: "1", MESOS_SUBSCRIPTION_BACKOFF_MAX: "50ms" };
/** Ends with the status that somebody writes into its sandbox. */
const obedient = 'echo ready; until [ -s go ]; do sleep 0.02; done; exit "$(cat go)"';
const deaf = "trap 'echo term' TERM; echo ready; until [ -s go ]; do sleep 0.02; done";

/** Started, with its task running and heard of. */
async function run(
  stage: HostStage,
  id: string,
  script: string,
  environment: Readonly<Record<string, string>> = {},
) {
  const container = stage.contain(id, environment);
  stage.agent.firstEvents.set(id, [launchOf(taskOf(id, script))]);
  await stage.start(container);
  await stage.agent.updated(id, "TASK_RUNNING");
  if (script.includes("echo ready"))
    await untilTrue("its first word", () => wordsOf(container) === "ready\n");
  const go = (code: number): void => writeFileSync(join(container.sandbox, "go"), `${code}`);
  return { ...container, go };
}

function wordsOf({ sandbox }: StagedContainer): string {
  const path = join(sandbox, "stdout");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function statesOf(stage: HostStage, id: string): (string | undefined)[] {
  return stage.agent.updatesOf(id).map(({ state }) => state);
}

function callsOf({ agent }: HostStage, id: string): executor.Call[] {
  return agent.calls.filter(({ executor_id }) => executor_id?.value === id);
}

test("a command that succeeds is told as Mesos's own executor tells it", async (t) => {
  const stage = await openHost(t);
  const container = await run(stage, "short", "echo hello; pwd; echo $MESOS_TASK_ID");
  assert.deepEqual(await stage.ended(container), { status: 0 });
  const ours = callsOf(stage, "short");
  assert.deepEqual(ours.map(shapeOf), recordedCalls("short").map(shapeOf));
  assert.deepEqual(
    stage.agent.updatesOf("short").map(({ message }) => message),
    [undefined, undefined, "Command exited with status 0"],
  );
  for (const headers of stage.agent.headers) {
    assert.equal(headers["content-type"], "application/x-protobuf");
    assert.equal(headers["accept"], "application/x-protobuf");
  }
  assert.equal(wordsOf(container), `hello\n${container.sandbox}\nshort\n`);
});

test("a command that is killed is told as Mesos's own executor tells it", async (t) => {
  const stage = await openHost(t);
  stage.agent.framework = { ...stage.agent.framework, capabilities: killing };
  const container = await run(stage, "long", "sleep 300");
  stage.agent.send("long", killOf("long"));
  assert.deepEqual(await stage.ended(container), { status: 0 });
  const recorded = recordedCalls("long").map(shapeOf);
  // Its agent was restarted in between: that SUBSCRIBE is left out.
  const once = recorded.filter(({ what }, index) => what !== "SUBSCRIBE" || index === 0);
  assert.deepEqual(callsOf(stage, "long").map(shapeOf), once);
  const last = await stage.agent.updated("long", "TASK_KILLED");
  assert.equal(last.message, "Command terminated with signal Terminated");
});

test("a command that exits with 137 is told apart from one that is killed by SIGKILL", async (t) => {
  const stage = await openHost(t);
  const exits = await run(stage, "exits", "exit 137");
  const dies = await run(stage, "dies", "kill -9 $$");
  const message = async (id: string) => (await stage.agent.updated(id, "TASK_FAILED")).message;
  assert.equal(await message("exits"), "Command exited with status 137");
  assert.equal(await message("dies"), "Command terminated with signal Killed");
  await Promise.all([stage.ended(exits), stage.ended(dies)]);
});

test("a command that cannot be executed fails with the reason", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("lost");
  const command = { shell: false, value: "/no/such/program" };
  stage.agent.firstEvents.set("lost", [launchOf(taskOf("lost", "", { command }))]);
  await stage.start(container);
  const { message } = await stage.agent.updated("lost", "TASK_FAILED");
  assert.match(message ?? "", /'\/no\/such\/program': No such file or directory/);
  await stage.ended(container);
});

test("KILL gives a task that ignores SIGTERM its grace period, and not a millisecond more", async (t) => {
  const clock = simulatedClock();
  const stage = await openHost(t, clock);
  stage.agent.framework = { ...stage.agent.framework, capabilities: killing };
  const container = await run(stage, "deaf", deaf);
  stage.agent.send("deaf", killOf("deaf", 60_000));
  await stage.agent.updated("deaf", "TASK_KILLING");
  await untilTrue("SIGTERM", () => wordsOf(container) === "ready\nterm\n");
  await clock.advanceSettling(59_999);
  assert.equal(wordsOf(container), "ready\nterm\n");
  assert.equal(statesOf(stage, "deaf").at(-1), "TASK_KILLING");
  await clock.advanceSettling(1);
  const { message } = await stage.agent.updated("deaf", "TASK_KILLED");
  assert.equal(message, "Command terminated with signal Killed");
  assert.deepEqual(await stage.ended(container), { status: 0 });
});

test("SHUTDOWN ends the task, and the executor leaves when that is acknowledged", async (t) => {
  const stage = await openHost(t);
  const container = await run(stage, "shut", "sleep 300");
  stage.agent.acknowledges = false;
  stage.agent.send("shut", { type: "SHUTDOWN" });
  const killed = await stage.agent.updated("shut", "TASK_KILLED");
  assert.equal(existsSync(join(container.directory, "ended")), false);
  stage.agent.acknowledge(killed);
  assert.deepEqual(await stage.ended(container), { status: 0 });
});

test("SHUTDOWN before any task is the end", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("idle");
  stage.agent.firstEvents.set("idle", [{ type: "SHUTDOWN" }]);
  await stage.start(container);
  assert.deepEqual(await stage.ended(container), { status: 0 });
});

test("a KILL while the task is being started is carried out once it runs", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("brief");
  const task = taskOf("brief", "sleep 300");
  stage.agent.firstEvents.set("brief", [launchOf(task), killOf("brief")]);
  await stage.start(container);
  await stage.ended(container);
  assert.deepEqual(statesOf(stage, "brief"), ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"]);
});

test("a KILL for another task is not this one's", async (t) => {
  const stage = await openHost(t);
  const { go, ...container } = await run(stage, "mine", obedient);
  stage.agent.send("mine", killOf("yours"));
  go(0);
  await stage.ended(container);
  assert.equal(statesOf(stage, "mine").at(-1), "TASK_FINISHED");
});

test("with checkpointing a lost agent is subscribed with again, and told what it had not acknowledged", async (t) => {
  const stage = await openHost(t);
  stage.agent.acknowledges = false;
  const { go, ...container } = await run(stage, "loyal", obedient, checkpointing);
  const told = stage.agent.updatesOf("loyal");
  stage.agent.breakOff();
  const { subscribe } = await stage.agent.subscribed(2);
  assert.deepEqual(
    subscribe?.unacknowledged_updates?.map(({ status }) => status),
    told,
  );
  assert.deepEqual(
    subscribe?.unacknowledged_tasks?.map(({ task_id }) => task_id.value),
    ["loyal"],
  );
  for (const status of told) stage.agent.acknowledge(status);
  stage.agent.acknowledges = true;
  go(5);
  assert.deepEqual(await stage.ended(container), { status: 0 });
  const states = ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"];
  assert.deepEqual(statesOf(stage, "loyal"), states);
});

test("without checkpointing a task does not outlive its agent", async (t) => {
  const stage = await openHost(t);
  const container = await run(stage, "orphan", "sleep 300");
  stage.agent.breakOff();
  assert.deepEqual(await stage.ended(container), { status: 0 });
  assert.equal(stage.agent.subscribes.length, 1);
  assert.deepEqual(stage.processes(), []);
});

test("an end that comes while the agent is away for minutes is told when it is back", async (t) => {
  const clock = simulatedClock();
  const stage = await openHost(t, clock);
  const { go, ...container } = await run(stage, "patient", obedient, { MESOS_CHECKPOINT: "1" });
  await stage.agent.close();
  go(0);
  await untilTrue("its end", () => existsSync(join(container.directory, "status")));
  await untilTrue("its processes to be gone", () => stage.processes().length === 0);
  await clock.advanceSettling(300_000);
  await stage.agent.open();
  const back = await until("SUBSCRIBE", async () => {
    await clock.advanceSettling(1000);
    return stage.agent.subscribes[1];
  });
  const states = back.subscribe?.unacknowledged_updates?.map(({ status }) => status.state);
  assert.deepEqual(states, ["TASK_FINISHED"]);
  assert.deepEqual(await stage.ended(container), { status: 0 });
});

test("an executor whose last update is never acknowledged leaves after a minute", async (t) => {
  const clock = simulatedClock();
  const stage = await openHost(t, clock);
  const { go, ...container } = await run(stage, "unheard", obedient);
  stage.agent.acknowledges = false;
  go(0);
  await stage.agent.updated("unheard", "TASK_FINISHED");
  await clock.advanceSettling(59_999);
  assert.equal(existsSync(join(container.directory, "ended")), false);
  await clock.advanceSettling(1);
  assert.deepEqual(await stage.ended(container), { status: 0 });
});

test("an agent that refuses the executor has its task ended, and the reason in its end", async (t) => {
  const stage = await openHost(t);
  const container = await run(stage, "unwelcome", "sleep 300", checkpointing);
  stage.agent.refusal = { status: 403, body: "no such executor" };
  stage.agent.breakOff();
  const { status, message } = await stage.ended(container);
  assert.equal(status, 1 << 8);
  assert.match(message ?? "", /no such executor/);
  assert.deepEqual(stage.processes(), []);
});

test("/end ends executor and task without another word to the agent, and can be repeated", async (t) => {
  const stage = await openHost(t);
  const container = await run(stage, "ended", deaf);
  await Promise.all([stage.end(container), stage.end(container)]);
  assert.deepEqual(await stage.ended(container), { status: 9 });
  await stage.end(container);
  assert.deepEqual(statesOf(stage, "ended"), ["TASK_STARTING", "TASK_RUNNING"]);
  assert.deepEqual(stage.processes(), []);
});

test("/end ends a container that nobody hosts", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("nobody");
  await stage.end(container);
  assert.deepEqual(await stage.ended(container), { status: 9 });
  assert.deepEqual(stage.agent.calls, []);
});

test("/start and /end at the same time leave nothing that runs", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("torn");
  stage.agent.firstEvents.set("torn", [launchOf(taskOf("torn", "sleep 300"))]);
  await Promise.all([stage.start(container), stage.end(container)]);
  assert.deepEqual(await stage.ended(container), { status: 9 });
  await untilTrue("nothing to run", () => stage.processes().length === 0);
});

test("/start is idempotent: at once, later, and after the end", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("once");
  const task = taskOf("once", obedient);
  stage.agent.firstEvents.set("once", [launchOf(task)]);
  await Promise.all([stage.start(container), stage.start(container)]);
  await stage.agent.updated("once", "TASK_RUNNING");
  await stage.start(container);
  writeFileSync(join(container.sandbox, "go"), "0");
  await stage.ended(container);
  stage.events.length = 0;
  await stage.start(container);
  assert.deepEqual(await stage.ended(container), { status: 0 });
  assert.equal(stage.agent.subscribes.length, 1);
});

test("malformed requests are answered 400 with what is wrong, and the host lives", async (t) => {
  const stage = await openHost(t);
  for (const [body, text] of [
    ["", /Expecting a JSON object/],
    ["{", /Expecting a JSON object/],
    ["null", /container_id/],
    ["[]", /container_id/],
    ['{"container_id":5}', /container_id/],
    ['{"container_id":""}', /container_id/],
    ['{"container_id":"../../etc"}', /container_id/],
    ['{"container_id":".."}', /container_id/],
    [`{"container_id":"${"x".repeat(100_000)}"}`, /larger|large|limit/i],
  ] as const) {
    for (const path of [hostPaths.start, hostPaths.end]) {
      const answer = await stage.post(path, body);
      assert.equal(answer.status, 400, `${path} ${body.slice(0, 40)}`);
      assert.match(answer.text, text);
    }
  }
  const unknown = await stage.post(hostPaths.start, '{"container_id":"stranger"}');
  assert.deepEqual([unknown.status, /stranger/.test(unknown.text)], [400, true]);
  const bent = stage.contain("bent", { MESOS_AGENT_ENDPOINT: "nowhere" });
  const answer = await stage.post(hostPaths.start, JSON.stringify({ container_id: bent.id }));
  assert.match(answer.text, /MESOS_AGENT_ENDPOINT/);
  assert.equal((await stage.post("/elsewhere", "")).status, 404);
  await stage.ended(await run(stage, "fine", "exit 0"));
});

test("a host that hosts nothing leaves: ten seconds after its start, or one after its agent", async (t) => {
  const clock = simulatedClock();
  const stage = await openStage(t);
  await stage.startHost(clock);
  await untilTrue("its patience to begin", () => clock.waiting > 0);
  await clock.advanceSettling(10_000);
  await stage.hostLeft;
  assert.equal(existsSync(hostSocketPath(stage.runtimeDir)), false);
  await stage.startHost(clock);
  await stage.listen();
  const { go, ...container } = await run(stage, "last", obedient, checkpointing);
  stage.hangUp();
  await clock.advanceSettling(60_000);
  assert.equal(existsSync(hostSocketPath(stage.runtimeDir)), true);
  go(0);
  await stage.agent.updated("last", "TASK_FINISHED");
  await until("the host to leave", async () => {
    await clock.advanceSettling(1000);
    return existsSync(hostSocketPath(stage.runtimeDir)) ? undefined : true;
  });
  await stage.hostLeft;
  assert.equal(existsSync(join(container.directory, "ended")), true);
});

test("a second host for the same directory is refused, and harms nothing", async (t) => {
  const stage = await openHost(t);
  const container = await run(stage, "first", "sleep 300");
  const second = runExecutorHost({ runtimeDir: stage.runtimeDir, logger: silentLogger });
  await assert.rejects(second, { code: "CANNOT_LISTEN" });
  await stage.end(container);
});
