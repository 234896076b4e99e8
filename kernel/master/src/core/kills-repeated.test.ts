/** Kills that an agent may have missed, and what became of them when it is back. */

import assert from "node:assert/strict";
import test from "node:test";
import { CoreFixture } from "../testing/core-fixture.ts";
import { comesBack, disconnect, reregistration, running } from "../testing/reregistration.ts";

test("a kill that the agent missed is repeated", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  disconnect(f, agent);
  const policy = { grace_period: { nanoseconds: 5 } };
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t" }, kill_policy: policy } });
  assert.deepEqual(f.takeSent(), []);
  comesBack(f, reregistration(running(framework)));
  assert.deepEqual(
    f.takeSent("KillTaskMessage").map(({ message }) => message),
    [{ framework_id: { value: framework.id }, task_id: { value: "t" }, kill_policy: policy }],
  );
});

test("a kill of a task whose launch was still on its way is repeated when the task shows up", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  disconnect(f, agent);
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t" } } });
  comesBack(f, reregistration({ frameworks: [framework.info] }));
  assert.equal(f.takeSent("KillTaskMessage").length, 0, "the agent is asked for it first");
  f.report(agent, framework, "t", "TASK_RUNNING");
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  f.report(agent, framework, "t", "TASK_KILLING");
  assert.equal(f.takeSent("KillTaskMessage").length, 0);
});

test("a kill that was sent before the connection broke is repeated, too", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t" } } });
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  disconnect(f, agent);
  comesBack(f, reregistration(running(framework)));
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
});

for (const when of ["before", "after"] as const) {
  test(`a kill asked for ${when} the agent became unreachable is done when it returns`, () => {
    const f = new CoreFixture();
    const { framework } = f.running({ checkpoint: true });
    const kill = () => f.call(framework, { type: "KILL", kill: { task_id: { value: "t" } } });
    if (when === "before") kill();
    f.answersPings = false;
    f.advance(90_000);
    f.takeEvents("s");
    if (when === "after") {
      kill();
      assert.deepEqual(
        f.takeStatuses("s").map(({ state }) => state),
        ["TASK_UNKNOWN"],
        "as RECONCILE without the agent's id is answered",
      );
    }
    f.answersPings = true;
    f.takeSent();
    comesBack(f, reregistration(running(framework)));
    assert.equal(f.takeSent("KillTaskMessage").length, 1);
  });
}
