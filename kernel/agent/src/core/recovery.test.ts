/** Recovery: what the master is told, and what an agent does that is not to go on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FrameworkId } from "@tavola/base";
import { realDisk } from "@tavola/host";
import { decodeMessage, encodeMessage, internal, parseUpid, type Task } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { readCheckpoints } from "../shell/checkpoint-reader.ts";
import {
  agentWith,
  container,
  executorWith,
  master,
  recover,
  reregister,
  reregistration,
  taskAfter,
} from "../testing/checkpointed.ts";
import { recordedMessages, unpackMeta } from "../testing/recordings.ts";
import {
  agentId,
  events,
  frameworkId,
  kinds,
  SteppedAgent,
  sent,
} from "../testing/stepped-agent.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

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
