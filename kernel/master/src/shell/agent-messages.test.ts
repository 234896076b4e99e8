import assert from "node:assert/strict";
import test from "node:test";
import { randomInt, seededRandom } from "@tavola/base";
import { encodeMessage, internal } from "@tavola/protocol";
import { CoreFixture, registration } from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import { readAgentMessage } from "./agent-messages.ts";

const from = "slave(1)@10.0.0.1:5051";

test("readAgentMessage() knows a message by its name", () => {
  const body = encodeMessage(internal.RegisterSlaveMessage, registration());
  const event = readAgentMessage({
    from,
    to: "master",
    name: "mesos.internal.RegisterSlaveMessage",
    body,
  });
  assert.equal(event.kind, "registerSlave");
});

/** Bytes of valid messages, bent; whatever decodes is handled without harm. */
test("no bytes from an agent bring the master down", () => {
  const random = seededRandom(7);
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const names = { slave_id: { value: agent.id }, framework_id: { value: framework.id } };
  const seeds: readonly (readonly [string, Uint8Array])[] = [
    ["RegisterSlaveMessage", encodeMessage(internal.RegisterSlaveMessage, registration())],
    [
      "ReregisterSlaveMessage",
      encodeMessage(internal.ReregisterSlaveMessage, {
        ...registration(),
        slave: { ...registration().slave, id: { value: agent.id } },
        frameworks: [framework.info],
        tasks: [...framework.tasks.values()].map(({ message }) => message),
      }),
    ],
    [
      "StatusUpdateMessage",
      encodeMessage(internal.StatusUpdateMessage, {
        pid: from,
        update: {
          ...names,
          status: { task_id: { value: "t" }, state: "TASK_RUNNING", uuid: new Uint8Array(16) },
          timestamp: 1,
          uuid: new Uint8Array(16),
        },
      }),
    ],
    [
      "UpdateSlaveMessage",
      encodeMessage(internal.UpdateSlaveMessage, {
        slave_id: names.slave_id,
        oversubscribed_resources: registration().slave.resources ?? [],
      }),
    ],
    [
      "ExitedExecutorMessage",
      encodeMessage(internal.ExitedExecutorMessage, {
        ...names,
        executor_id: { value: "e" },
        status: 1,
      }),
    ],
  ];
  let handled = 0;
  for (let i = 0; i < 4000; i += 1) {
    const [name, seed] = seeds[i % seeds.length] as (typeof seeds)[number];
    const body = Uint8Array.from(seed);
    for (let n = 1 + randomInt(random, 3); n > 0; n -= 1) {
      body[randomInt(random, body.length)] = randomInt(random, 256);
    }
    const end = randomInt(random, 4) === 0 ? randomInt(random, body.length) : body.length;
    const event = readAgentMessage({
      from,
      to: "master",
      name: `mesos.internal.${name}`,
      body: body.subarray(0, end),
    });
    if (event.kind !== "messageDropped") handled += 1;
    f.handle(event);
    if (i % 50 === 0) assertInvariants(f.state, f.allocator, "agentsLie");
  }
  assert.ok(handled > 500, `${handled} bent messages were still messages`);
});
