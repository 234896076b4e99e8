import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentId, asId, type Random, randomInt, seededRandom } from "@tavola/base";
import { decodeMessage, internal } from "@tavola/protocol";
import { readPeerMessage } from "../shell/peer-messages.ts";
import { recordedMessages } from "../testing/recordings.ts";
import { masterPid, SteppedAgent } from "../testing/stepped-agent.ts";
import type { Effect } from "./effects.ts";
import type { AgentEvent } from "./events.ts";

const toAgent = recordedMessages().filter(({ to }) => to.startsWith("slave(1)"));

/** Of the recorded agent; tasks are launched on it. */
const resourceVersionUuid = (() => {
  const recorded = recordedMessages().find(({ name }) => name.endsWith("RegisterSlaveMessage"));
  const message = decodeMessage(internal.RegisterSlaveMessage, recorded?.body ?? new Uint8Array());
  return message.value?.resource_version_uuid?.value ?? new Uint8Array();
})();

const recordedAgentId = asId<AgentId>("0fd789fa-c1dd-4bad-a534-d6e4bbf01191-S0");

/** A recorded message with some of its bytes changed, taken out or doubled. */
function bent(random: Random): ReturnType<typeof readPeerMessage> {
  const { name, body } = toAgent[randomInt(random, toAgent.length)] as (typeof toAgent)[number];
  const bytes = [...body];
  for (let times = randomInt(random, 4); times > 0; times -= 1) {
    const at = randomInt(random, bytes.length + 1);
    const change = randomInt(random, 3);
    if (change === 0) bytes[at] = randomInt(random, 256);
    else bytes.splice(at, change === 1 ? 1 : 0, ...(change === 1 ? [] : bytes.slice(at, at + 9)));
  }
  const from = randomInt(random, 10) === 0 ? "executor(1)@10.0.0.2:4000" : masterPid;
  return readPeerMessage({ from, to: "slave(1)", name, body: Uint8Array.from(bytes) });
}

/** What the shell would come back with, in the best case or the worst. */
function answers(effect: Effect, random: Random): AgentEvent[] {
  const isWell = randomInt(random, 3) > 0;
  if (effect.kind === "launchExecutor") {
    const { containerId } = effect.run;
    const end: AgentEvent = { kind: "executorTerminated", containerId, end: { status: 0 } };
    if (!isWell) return [{ kind: "executorLaunchFailed", containerId, message: "no" }, end];
    return [
      { kind: "executorLaunched", containerId, status: undefined },
      { kind: "executorSubscribed", containerId, subscribe: {} },
      ...(randomInt(random, 2) === 0 ? [end] : []),
    ];
  }
  if (effect.kind === "appendUpdateRecord" && effect.isDurable) {
    const { frameworkId, taskId, sequence } = effect;
    return isWell
      ? [{ kind: "updateRecordPersisted", frameworkId, taskId, sequence }]
      : [{ kind: "updateRecordFailed", frameworkId, taskId, message: "full" }];
  }
  if (effect.kind === "resizeContainer") {
    const { containerId, afterwards } = effect;
    return [
      { kind: "containerResized", containerId, afterwards, failure: isWell ? undefined : "no" },
    ];
  }
  if (effect.kind === "send" && effect.type === internal.StatusUpdateMessage && isWell) {
    const { update } = effect.message as internal.StatusUpdateMessage;
    const { framework_id, slave_id = { value: "" }, status, uuid = new Uint8Array() } = update;
    const message = { slave_id, framework_id, task_id: status.task_id, uuid };
    return [{ kind: "statusUpdateAcknowledgement", from: masterPid, message }];
  }
  if (effect.kind === "send" && effect.type === internal.ReregisterSlaveMessage && isWell) {
    const message = { slave_id: { value: recordedAgentId } };
    return [{ kind: "slaveReregistered", from: masterPid, message }];
  }
  if (effect.kind === "destroyContainer") {
    return [{ kind: "executorTerminated", containerId: effect.containerId, end: { status: 9 } }];
  }
  return [];
}

test("no message, however bent, and no answer of disk or container breaks the core", () => {
  let read = 0;
  let launched = 0;
  let reported = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = seededRandom(seed);
    const agent = new SteppedAgent({ resourceVersionUuid });
    agent.register();
    // The recorded tasks are for this agent.
    agent.state.id = recordedAgentId;
    for (let step = 0; step < 300; step += 1) {
      const message = bent(random);
      const woken = agent.pass(randomInt(random, 3000));
      const queue = woken.flatMap((effect) => answers(effect, random));
      if (message.value !== undefined) queue.push(message.value);
      read += message.value === undefined ? 0 : 1;
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        for (const effect of agent.feed(next)) {
          queue.push(...answers(effect, random));
          launched += effect.kind === "launchExecutor" ? 1 : 0;
          reported += effect.kind === "send" ? 1 : 0;
        }
      }
    }
    for (const executor of agent.state.executorsByContainer.values()) {
      assert.equal(executor.framework.executors.get(executor.id), executor, `seed ${seed}`);
      assert.ok(agent.state.frameworks.has(executor.framework.id), `seed ${seed}`);
    }
  }
  assert.ok(read > 1000 && launched > 100 && reported > 400, `${read}, ${launched}, ${reported}`);
});
