import assert from "node:assert/strict";
import test from "node:test";
import { createFairAllocator } from "@tavola/allocator";
import { asId, type FrameworkId, instant, type MasterId, seededRandom } from "@tavola/base";
import { createRegistryState } from "@tavola/registry";
import { CoreFixture, frameworkInfo, registration } from "../testing/core-fixture.ts";
import { createMasterState } from "./create-state.ts";
import type { Effect } from "./effects.ts";
import type { MasterEvent } from "./events.ts";
import { MasterCore } from "./master-core.ts";

const from = "slave(1)@10.0.0.1:5051";
const leader = { id: "other", ip: 1, port: 5050, hostname: "there" };

function standby(): { core: MasterCore; handle(event: MasterEvent): readonly Effect[] } {
  const random = seededRandom(1);
  const state = createMasterState({
    id: asId<MasterId>("m"),
    info: { id: "m", ip: 1, port: 5050 },
    config: new CoreFixture().state.config,
    startedAt: instant(0),
  });
  const allocator = createFairAllocator({ random, filterIntervalMs: 1000 });
  const core = new MasterCore({ state, allocator, random });
  return { core, handle: (event) => core.handle(event, instant(5)) };
}

const asking: readonly MasterEvent[] = [
  { kind: "registerSlave", from, message: registration() },
  { kind: "pong", from, message: {} },
  { kind: "messageDropped", from, name: "x", reason: "y" },
];

test("a standby knows who leads, and drops and counts what agents send it", () => {
  const { core, handle } = standby();
  handle({ kind: "leaderDetected", leader });
  assert.deepEqual(core.state.leadership, { kind: "standby", leader });
  for (const event of asking) handle(event);
  assert.equal(core.state.counters.get("master/dropped_messages"), 3);
  assert.equal(core.state.counters.get("master/messages_register_slave"), 0);
  assert.deepEqual(handle({ kind: "allocate" }), []);
  handle({ kind: "leaderDetected", leader: undefined });
  assert.deepEqual(core.state.leadership, { kind: "standby", leader: undefined });
});

test("an elected master answers nobody until it has read its registry", () => {
  const { core, handle } = standby();
  handle({ kind: "elected" });
  assert.deepEqual(core.state.leadership, { kind: "recovering" });
  assert.equal(core.state.electedAt, 5);
  for (const event of asking) handle(event);
  assert.equal(core.state.counters.get("master/dropped_messages"), 3);
  const framework_info = frameworkInfo();
  assert.deepEqual(handle({ kind: "subscribed", stream: "s", subscribe: { framework_info } }), [
    { kind: "closeStream", stream: "s" },
  ]);
  assert.equal(core.state.frameworks.size, 0);
  const frameworkId = asId<FrameworkId>("f");
  assert.deepEqual(handle({ kind: "teardownAsked", frameworkId, ticket: 7 }), [
    {
      kind: "reply",
      ticket: 7,
      result: { status: 503, message: "Master has not finished recovery" },
    },
  ]);
  handle({ kind: "leaderDetected", leader: core.state.info });
  assert.deepEqual(core.state.leadership, { kind: "recovering" });
  handle({ kind: "registryRecovered", registry: createRegistryState() });
  assert.deepEqual(core.state.leadership, { kind: "leading" });
  assert.ok(handle({ kind: "registerSlave", from, message: registration() }).length > 0);
});

test("who asks a standby to do something is told that it does not lead", () => {
  const { handle } = standby();
  const frameworkId = asId<FrameworkId>("f");
  const [reply] = handle({ kind: "teardownAsked", frameworkId, ticket: 7 });
  assert.deepEqual(reply, {
    kind: "reply",
    ticket: 7,
    result: { status: 503, message: "No leader elected" },
  });
});

test("a master that lost its leadership asks for its end and does nothing any more", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  f.handle({ kind: "leadershipLost", reason: "the session expired" });
  assert.deepEqual(f.exits, ["the session expired"]);
  const before = structuredClone([...f.state.counters.entries()]);
  f.handle({ kind: "registerSlave", from: "slave(9)@10.0.0.9:5051", message: registration() });
  f.handle({ kind: "agentExited", pid: agent.pid });
  f.handle({ kind: "elected" });
  f.handle({ kind: "registryRecovered", registry: createRegistryState() });
  f.handle({ kind: "leadershipLost", reason: "again" });
  f.handle({ kind: "teardownAsked", frameworkId: framework.id, ticket: 9 });
  f.report(agent, framework, "t", "TASK_FINISHED");
  f.advance(3_600_000);
  assert.deepEqual(f.exits, ["the session expired"]);
  assert.deepEqual(f.takeSent(), []);
  assert.deepEqual(f.takeEvents("s"), []);
  assert.equal(f.replies.size, 0);
  assert.equal(f.persisted.length, 1, "the agent's admission");
  assert.deepEqual([...f.state.counters.entries()], before);
  assert.deepEqual(f.state.leadership, { kind: "ended", reason: "the session expired" });
});

test("what becomes durable after the leadership was lost is told to nobody", () => {
  const f = new CoreFixture();
  f.holdsPersisted = true;
  f.handle({ kind: "registerSlave", from, message: registration() });
  f.handle({ kind: "leadershipLost", reason: "the session expired" });
  f.releasePersisted();
  assert.deepEqual(f.takeSent(), []);
  assert.equal(f.state.agents.size, 0);
});
