import assert from "node:assert/strict";
import { test } from "node:test";
import type { Request } from "../model/request.ts";
import { Fixture } from "../testing/fixture.ts";
import { requestScaled } from "./request-scaled.ts";

const requestId = "web";

/** Four instances, on agents of the racks and zones given. */
function spread(
  request: Partial<Request>,
  places: readonly { readonly rackId: string; readonly zone?: string }[],
  config = {},
): Fixture {
  const f = new Fixture(config);
  f.addService({ id: requestId, instances: places.length, ...request });
  places.forEach(({ rackId, zone = "" }, index) => {
    const hostname = `h${index}`;
    f.turn((turn) => {
      turn.put("agent", `agent-${hostname}`, {
        id: `agent-${hostname}`,
        host: hostname,
        rackId,
        firstSeenAt: 0,
        attributes: { zone },
        currentState: { objectId: `agent-${hostname}`, state: "ACTIVE", timestamp: 0 },
        history: [],
      });
    });
    const task = f.addTask(requestId, index + 1, { hostname });
    f.turn((turn) =>
      turn.put("task", task.taskId.id, { ...task, taskId: { ...task.taskId, rackId } }),
    );
  });
  return f;
}

function scaleTo(f: Fixture, instances: number): readonly string[] {
  const outcome = f.turn((turn) => requestScaled(turn, { requestId, body: { instances } }));
  assert.equal(outcome.refusal, undefined);
  return f
    .tasksOf(requestId)
    .flatMap(({ taskId, cleanup }) =>
      cleanup === undefined ? [] : [`${taskId.instanceNo} ${cleanup.cleanupType}`],
    );
}

test("a scale-down moves instances off a rack that has too many, where the operator wants it", () => {
  const places = [{ rackId: "a" }, { rackId: "a" }, { rackId: "b" }, { rackId: "b" }];
  const request = { rackSensitive: true };
  const on = { rebalanceRacksOnScaleDown: true };
  assert.deepEqual(scaleTo(spread(request, places, on), 2), [
    "2 REBALANCE_RACKS",
    "3 SCALING_DOWN",
    "4 SCALING_DOWN",
  ]);
  assert.deepEqual(scaleTo(spread(request, places), 2), ["3 SCALING_DOWN", "4 SCALING_DOWN"]);
});

test("a scale-down keeps the share of instances that is to have an attribute", () => {
  const places = [
    { rackId: "a", zone: "x" },
    { rackId: "a", zone: "x" },
    { rackId: "a", zone: "y" },
    { rackId: "a", zone: "y" },
  ];
  const request = { agentAttributeMinimums: { zone: { y: 50 } } };
  assert.deepEqual(scaleTo(spread(request, places), 2), [
    "1 REBALANCE_SLAVE_ATTRIBUTES",
    "3 SCALING_DOWN",
    "4 SCALING_DOWN",
  ]);
  assert.deepEqual(scaleTo(spread(request, places), 3), ["4 SCALING_DOWN"]);
});
