import assert from "node:assert/strict";
import test from "node:test";
import { dayMs } from "@tavola/base";
import { CoreFixture } from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";

const quarter = 900_000;

test("agents that were away for longer than the limit are forgotten, with their tasks", () => {
  const f = new CoreFixture({ registryAgentAgeMsMax: dayMs });
  const gone = f.register();
  f.handle({ kind: "markAgentGoneAsked", agentId: gone.id, ticket: 1 });
  const { agent, framework } = f.running({ failover_timeout: 1e6 });
  f.answersPings = false;
  f.advance(90_000);
  assert.equal(framework.unreachableTasks.size, 1);
  f.advance(dayMs);
  assert.ok(f.state.unreachableAgents.has(agent.id), "not a day yet when it was looked at last");
  f.advance(quarter);
  assert.deepEqual([...f.state.unreachableAgents], []);
  assert.deepEqual([...f.state.goneAgents], []);
  assert.equal(f.registry.unreachable.size + f.registry.gone.size, 0);
  assert.equal(framework.unreachableTasks.size, 0);
  assert.equal(f.state.tasksByState.TASK_UNREACHABLE, 0);
  assertInvariants(f.state, f.allocator);
});

test("when there are too many, the oldest are forgotten", () => {
  const f = new CoreFixture({ registryAgentsMax: 2 });
  const agents = Array.from({ length: 4 }, () => f.register());
  for (const [n, { id }] of agents.entries()) {
    f.handle({ kind: "markAgentGoneAsked", agentId: id, ticket: n });
    f.advance(1000);
  }
  assert.equal(f.state.goneAgents.size, 4);
  f.advance(quarter);
  assert.deepEqual(
    [...f.state.goneAgents.keys()],
    agents.slice(2).map(({ id }) => id),
  );
  assert.deepEqual(
    [...f.registry.gone.keys()],
    agents.slice(2).map(({ id }) => id),
  );
});

test("nothing is written while nothing is old", () => {
  const f = new CoreFixture();
  f.advance(10 * quarter);
  assert.deepEqual(f.persisted, []);
});

test("an agent that is being forgotten is not marked gone meanwhile: the registry would refuse it", () => {
  const f = new CoreFixture({ registryAgentAgeMsMax: dayMs });
  const agent = f.register();
  f.answersPings = false;
  f.advance(90_000);
  assert.ok(f.state.unreachableAgents.has(agent.id));
  f.holdsPersisted = true;
  f.advance(dayMs + quarter);
  assert.equal(f.persisted.at(-1)?.kind, "pruneAgents");
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
  assert.equal(f.replies.get(1)?.status, 503);
  f.releasePersisted();
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 2 });
  assert.equal(f.replies.get(2)?.status, 404);
  assert.equal(f.state.transitions.leaving.size, 0);
});
