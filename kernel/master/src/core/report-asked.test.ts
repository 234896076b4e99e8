/** Agents that are asked to report, because they show what nobody here knows. */

import assert from "node:assert/strict";
import test from "node:test";
import { CoreFixture } from "../testing/core-fixture.ts";
import { comesBack, reregistration, running } from "../testing/reregistration.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent } from "./state.ts";

test("a launch that was given up and arrives after all is found out", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  f.handle({ kind: "agentExited", pid: agent.pid });
  comesBack(f, reregistration({ frameworks: [framework.info] }));
  assert.equal(framework.tasks.size, 0);
  f.takeEvents("s");
  const registered = f.state.agents.get(agent.id) as Agent;
  f.takeSent("PingSlaveMessage");
  f.report(registered, framework, "t", "TASK_STARTING");
  f.report(registered, framework, "t", "TASK_STARTING");
  assert.deepEqual(
    f.takeSent("PingSlaveMessage").map(({ message }) => message),
    [{ connected: false }],
    "which makes an agent reregister",
  );
  f.takeEvents("s");
  const kill = { task_id: { value: "t" }, agent_id: { value: agent.id } };
  f.call(framework, { type: "KILL", kill });
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: [kill, { task_id: kill.task_id }] } });
  assert.deepEqual(f.takeStatuses("s"), [], "nothing is said about it");
  assertInvariants(f.state, f.allocator);
  f.advance(15_000);
  assert.deepEqual(f.takeSent("PingSlaveMessage")[0]?.message, { connected: false });
  comesBack(f, reregistration(running(framework)));
  assert.equal(framework.tasks.size, 1);
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  assert.equal(f.state.askedToReport.size + f.state.earlyKills.size, 0);
  f.advance(15_000);
  assert.deepEqual(f.takeSent("PingSlaveMessage")[0]?.message, { connected: true });
  assertInvariants(f.state, f.allocator);
});

test("an agent is asked once for a task that it shows and does not report", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running({ checkpoint: true });
  f.takeSent();
  const asked = () => f.takeSent("PingSlaveMessage").length;
  f.report(agent, framework, "ghost", "TASK_RUNNING");
  assert.equal(asked(), 1);
  comesBack(f, reregistration(running(framework)));
  f.takeEvents("s");
  f.takeSent();
  f.report(agent, framework, "ghost", "TASK_RUNNING");
  assert.equal(asked(), 0);
  f.takeEvents("s");
  const ghost = { task_id: { value: "ghost" }, agent_id: { value: agent.id } };
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: [ghost] } });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_GONE");
  f.report(agent, framework, "another", "TASK_RUNNING");
  assert.equal(asked(), 1);
});

test("the end of a task that is not known is passed on, and asks for nothing", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running({ checkpoint: true });
  f.takeSent("PingSlaveMessage");
  f.report(agent, framework, "stranger", "TASK_FINISHED");
  assert.equal(f.takeStatuses("s").length, 1);
  assert.deepEqual(f.takeSent("PingSlaveMessage"), []);
});
