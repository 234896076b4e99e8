import assert from "node:assert/strict";
import { test } from "node:test";
import { Fixture } from "../testing/fixture.ts";
import { cleanUpTask } from "./clean-up-task.ts";
import { keepInstances } from "./keep-instances.ts";

function keep(fixture: Fixture): void {
  fixture.turn((turn) => keepInstances(turn, "web"));
}

test("keepInstances() plans every missing number once", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 3 });
  fixture.addTask("web", 2);
  keep(fixture);
  assert.deepEqual(fixture.planned("web"), [1, 3]);
  keep(fixture);
  assert.deepEqual(fixture.planned("web"), [1, 3]);
});

test("keepInstances() plans a replacement under the number of the task that is cleaned up", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 2 });
  const [first] = [1, 2].map((n) => fixture.addTask("web", n));
  fixture.turn(
    (turn) => first && cleanUpTask(turn, first, { cleanupType: "BOUNCING", actionId: "a" }),
  );
  keep(fixture);
  const [plan] = [...(fixture.state.pendingOf.get("web")?.values() ?? [])];
  assert.equal(plan?.pendingTaskId.instanceNo, 1);
  assert.equal(plan?.pendingTaskId.pendingType, "BOUNCE");
  assert.equal(plan?.actionId, "a");
});

test("keepInstances() cleans up the highest numbers and forgets their plans when there are too many", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 4 });
  for (const n of [1, 2, 3]) fixture.addTask("web", n);
  keep(fixture);
  assert.deepEqual(fixture.planned("web"), [4]);
  fixture.turn((turn) => {
    const known = turn.get("request", "web");
    if (known)
      turn.put("request", "web", { ...known, request: { ...known.request, instances: 2 } });
  });
  keep(fixture);
  assert.deepEqual(fixture.planned("web"), []);
  const cleaning = fixture.tasksOf("web").filter(({ cleanup }) => cleanup !== undefined);
  assert.deepEqual(
    cleaning.map(({ taskId }) => taskId.instanceNo),
    [3],
  );
  assert.equal(cleaning[0]?.cleanup?.cleanupType, "SCALING_DOWN");
});

test("keepInstances() keeps nothing of a paused request", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 2 });
  keep(fixture);
  fixture.turn((turn) => {
    const known = turn.get("request", "web");
    if (known) turn.put("request", "web", { ...known, state: "PAUSED" });
  });
  keep(fixture);
  assert.deepEqual(fixture.planned("web"), []);
});

test("keepInstances() starts a deploy on trial beside the active one", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 2 });
  for (const n of [1, 2]) fixture.addTask("web", n);
  fixture.turn((turn) => {
    const deploys = turn.get("requestDeploys", "web");
    const deployMarker = { requestId: "web", deployId: "d2", timestamp: turn.now };
    if (!deploys) return;
    turn.put("requestDeploys", "web", {
      ...deploys,
      pending: {
        deployMarker,
        currentDeployState: "WAITING",
        deployProgress: {
          targetActiveInstances: 2,
          currentActiveInstances: 0,
          failedDeployTasks: [],
          timestamp: turn.now,
        },
      },
    });
  });
  keep(fixture);
  const plans = [...(fixture.state.pendingOf.get("web")?.values() ?? [])];
  assert.deepEqual(
    plans.map(({ pendingTaskId }) => [pendingTaskId.deployId, pendingTaskId.instanceNo]),
    [
      ["d2", 1],
      ["d2", 2],
    ],
  );
  assert.ok(fixture.tasksOf("web").every(({ cleanup }) => cleanup === undefined));
});
