import assert from "node:assert/strict";
import test from "node:test";
import { simulatedClock } from "@tavola/host";
import { encodeMessage, internal, type LibprocessMessage } from "@tavola/protocol";
import type { MasterEvent } from "../core/events.ts";
import { CoreFixture, registration } from "../testing/core-fixture.ts";
import { AgentInbox } from "./agent-inbox.ts";

const from = "slave(1)@10.0.0.1:5051";

/** A new leader to which the agent of a running task comes back. */
function stage() {
  const before = new CoreFixture();
  const { agent, framework } = before.running();
  const { slave, ...rest } = registration();
  const reregistration: internal.ReregisterSlaveMessage = {
    slave: { ...slave, id: { value: agent.id } },
    ...rest,
    frameworks: [framework.info],
    tasks: [...framework.tasks.values()].map(({ message }) => message),
  };
  const f = before.failover();
  const kinds: MasterEvent["kind"][] = [];
  const clock = simulatedClock();
  const inbox = new AgentInbox({
    clock,
    state: f.state,
    dispatch(event) {
      kinds.push(event.kind);
      f.handle(event);
    },
  });
  const messageOf = (content: internal.ReregisterSlaveMessage): LibprocessMessage => ({
    from,
    to: "master",
    name: internal.ReregisterSlaveMessage.typeName,
    body: encodeMessage(internal.ReregisterSlaveMessage, content),
  });
  const comesBack = (content = reregistration): number => {
    inbox.receive(messageOf(content));
    return f.takeSent("SlaveReregisteredMessage").length;
  };
  return { f, clock, kinds, comesBack, reregistration };
}

test("AgentInbox answers a repeated reregistration without reading it again", () => {
  const { f, clock, kinds, comesBack } = stage();
  const later = (): number => {
    clock.advance(1000);
    return comesBack();
  };
  assert.deepEqual([comesBack(), later(), later()], [1, 1, 1]);
  assert.deepEqual(kinds, ["reregisterSlave", "reregistrationRepeated", "reregistrationRepeated"]);
  assert.equal(f.state.agents.size, 1);
});

test("AgentInbox answers once what an agent asked several times while it waited", () => {
  const { f, clock, kinds, comesBack } = stage();
  assert.deepEqual([comesBack(), comesBack(), comesBack()], [1, 0, 0]);
  clock.advance(500);
  assert.equal(comesBack(), 0);
  clock.advance(500);
  assert.deepEqual([comesBack(), comesBack()], [1, 0], "the answer may have been lost");
  f.handle({ kind: "agentExited", pid: from });
  assert.equal(comesBack(), 1, "over another connection nothing was answered");
  assert.deepEqual(kinds, ["reregisterSlave", "reregistrationRepeated", "reregisterSlave"]);
});

test("AgentInbox reads what says something else", () => {
  const { kinds, comesBack, reregistration } = stage();
  comesBack();
  assert.equal(comesBack({ ...reregistration, tasks: [] }), 1);
  assert.deepEqual(kinds, ["reregisterSlave", "reregisterSlave"]);
});

test("AgentInbox reads the same again after the connection broke", () => {
  const { f, kinds, comesBack } = stage();
  comesBack();
  f.handle({ kind: "agentExited", pid: from });
  assert.equal(comesBack(), 1);
  assert.deepEqual(kinds, ["reregisterSlave", "reregisterSlave"]);
  assert.equal(f.state.agentByPid.get(from)?.connected, true);
});

test("AgentInbox reads the same again when what runs there has changed: the agent must be told", () => {
  const { f, kinds, comesBack } = stage();
  comesBack();
  const agent = f.state.agentByPid.get(from);
  const framework = [...f.state.frameworks.values()][0];
  assert.ok(agent !== undefined && framework !== undefined);
  f.report(agent, framework, "t", "TASK_FINISHED");
  assert.equal(comesBack(), 1);
  assert.deepEqual(kinds, ["reregisterSlave", "reregisterSlave"]);
});

test("AgentInbox reads the same again from an agent that was asked to report again", () => {
  const { f, kinds, comesBack } = stage();
  comesBack();
  const agent = f.state.agentByPid.get(from);
  const framework = [...f.state.frameworks.values()][0];
  assert.ok(agent !== undefined && framework !== undefined);
  f.report(agent, framework, "unknown", "TASK_RUNNING");
  assert.ok(f.state.askedToReport.has(agent.id));
  assert.equal(comesBack(), 1);
  assert.deepEqual(kinds, ["reregisterSlave", "reregisterSlave"]);
  assert.equal(f.state.askedToReport.size, 0);
});

test("a repeated reregistration of an agent that is being given up is not answered", () => {
  const { f, comesBack } = stage();
  comesBack();
  const agent = f.state.agentByPid.get(from);
  assert.ok(agent !== undefined);
  f.holdsPersisted = true;
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
  assert.equal(comesBack(), 0);
  f.releasePersisted();
  assert.ok(f.state.goneAgents.has(agent.id));
});

test("a repeated reregistration is a sign of life", () => {
  const { f, clock, comesBack } = stage();
  comesBack();
  const agent = f.state.agentByPid.get(from);
  assert.ok(agent !== undefined);
  f.answersPings = false;
  f.advance(60_000);
  clock.advance(60_000);
  assert.ok(agent.observer.pingsMissed > 0);
  comesBack();
  assert.equal(agent.observer.pingsMissed, 0);
});

test("AgentInbox reads nothing while its master does not lead, and counts it", () => {
  const { f, kinds, comesBack } = stage();
  const { leadership } = f.state;
  f.state.leadership = { kind: "recovering" };
  assert.equal(comesBack(), 0);
  f.state.leadership = leadership;
  assert.deepEqual(kinds, ["messageDropped"]);
  assert.equal(comesBack(), 1);
});
