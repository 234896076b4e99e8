import assert from "node:assert/strict";
import { test } from "node:test";
import { CoreFixture, commandTask, resources } from "../testing/core-fixture.ts";
import { checkMasterState } from "./check-state.ts";

/** A framework with ten tasks on each of three agents; the first of each has ended, unacknowledged. */
function stage() {
  const f = new CoreFixture();
  const agents = [f.register(), f.register(), f.register()];
  const framework = f.subscribe("s");
  const offered = f.offers("s");
  for (const agent of agents) {
    const offers = offered.filter(({ agent_id }) => agent_id.value === agent.id);
    const tasks = Array.from({ length: 10 }, (_, n) =>
      commandTask(`${agent.id}-${n}`, agent.id, {
        resources: resources(`cpus:0.1;mem:32;ports:[${31_000 + n}-${31_000 + n}]`),
      }),
    );
    f.launch(framework, offers, ...tasks);
    f.report(agent, framework, `${agent.id}-0`, "TASK_FINISHED");
  }
  f.published.length = 0;
  return { f, agents, framework };
}

test("removeFramework() gives back all that its tasks used, and counts each end once", () => {
  const { f, agents, framework } = stage();
  assert.equal(framework.tasks.size, 30);
  checkMasterState(f.state, f.allocator);
  f.handle({ kind: "teardownAsked", frameworkId: framework.id, ticket: 1 });
  checkMasterState(f.state, f.allocator);
  for (const agent of agents) {
    assert.ok(agent.usedResources.isEmpty, `${agent.usedResources}`);
    assert.equal(agent.tasksByFramework.size, 0);
  }
  assert.ok(framework.usedResources.isEmpty);
  assert.equal(f.state.counters.get("master/tasks_killed"), 27);
  assert.equal(f.state.counters.get("master/tasks_finished"), 3);
  const told = f.published.filter(({ type }) => type === "TASK_UPDATED");
  assert.equal(told.length, 30);
  assert.equal([...framework.completedTasks].length, 30);
});

test("removeFramework() frees what it held for others at once", () => {
  const { f, agents, framework } = stage();
  f.handle({ kind: "teardownAsked", frameworkId: framework.id, ticket: 1 });
  f.subscribe("other");
  const offered = f.offers("other").map(({ agent_id }) => agent_id.value);
  assert.deepEqual(new Set(offered), new Set(agents.map(({ id }) => id)));
});
