import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, randomInt, seededRandom } from "@tavola/base";
import { readPeerMessage } from "../shell/peer-messages.ts";
import { recordedMessages } from "../testing/recordings.ts";
import { masterPid, SteppedAgent } from "../testing/stepped-agent.ts";
import type { Effect } from "./effects.ts";
import type { AgentEvent } from "./events.ts";

const toAgent = recordedMessages().filter(({ to }) => to.startsWith("slave(1)"));

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
    const agent = new SteppedAgent();
    agent.register();
    // Whatever the recorded tasks say, they are for this agent.
    agent.state.id = "0fd789fa-c1dd-4bad-a534-d6e4bbf01191-S0" as NonNullable<
      typeof agent.state.id
    >;
    for (let step = 0; step < 300; step += 1) {
      const message = bent(random);
      const queue: AgentEvent[] = message.value === undefined ? [] : [message.value];
      read += queue.length;
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        for (const effect of agent.feed(next)) {
          queue.push(...answers(effect, random));
          launched += effect.kind === "launchExecutor" ? 1 : 0;
          reported += effect.kind === "send" ? 1 : 0;
        }
      }
      agent.pass(randomInt(random, 20_000));
    }
    for (const executor of agent.state.executorsByContainer.values()) {
      assert.equal(executor.framework.executors.get(executor.id), executor, `seed ${seed}`);
      assert.ok(agent.state.frameworks.has(executor.framework.id), `seed ${seed}`);
    }
  }
  assert.ok(read > 1000 && launched > 100 && reported > 1000, `${read}, ${launched}, ${reported}`);
});
