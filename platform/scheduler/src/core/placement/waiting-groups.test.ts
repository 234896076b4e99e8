import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PendingTask } from "../model/task.ts";
import { Placing } from "./testing/placing.ts";
import { WaitingGroups } from "./waiting-groups.ts";

const requestIds = ["q0", "q1", "q2", "q3", "q4"] as const;
const priorities = [0.1, 0.5, 0.9] as const;

/** Requests of three priorities and two sizes, so that lanes are shared by some. */
function prepare(): Placing {
  const placing = new Placing();
  requestIds.forEach((id, i) => {
    const taskPriorityLevel = priorities[i % 3] as number;
    const resources = { cpus: 1 + (i % 2), memoryMb: 100, diskMb: 0, numPorts: 0 };
    placing.addService({ id, taskPriorityLevel }, { resources });
  });
  return placing;
}

function pendingOf({ state }: Placing, requestId: string): readonly PendingTask[] {
  return [...(state.pendingOf.get(requestId)?.values() ?? [])];
}

test("inOrder() tells all groups, the most urgent first, whatever came and went before", () => {
  const step = fc.record({
    request: fc.nat(requestIds.length - 1),
    tasks: fc.nat(3),
    ageMs: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(20), (steps, laterMs) => {
      const placing = prepare();
      const { state, config } = placing;
      const waiting = new WaitingGroups();
      const expected = new Map<string, number>();
      for (const { request, tasks, ageMs } of steps) {
        placing.advance(ageMs);
        const id = requestIds[request] as string;
        placing.plan(id, 1);
        // The last few are left; the others were placed.
        const due = tasks === 0 ? [] : pendingOf(placing, id).slice(-tasks);
        waiting.regroup(state, config, id, due);
        expected.set(id, due.length);
      }
      const now = placing.now + laterMs;
      const told: { urgency: number; tasks: number }[] = [];
      const order = waiting.inOrder(now);
      for (let group = order.first; group !== undefined; group = order.first) {
        const urgency = Math.max(now - group.since, 1) * group.lane.weight;
        told.push({ urgency, tasks: group.tasks.length });
        order.next();
      }
      for (const [i, { urgency }] of told.entries()) {
        assert.ok(i === 0 || (told[i - 1]?.urgency ?? 0) >= urgency);
      }
      assert.equal(
        told.reduce((sum, { tasks }) => sum + tasks, 0),
        [...expected.values()].reduce((sum, count) => sum + count, 0),
      );
    }),
  );
});

test("nextLane() passes over all that weighs and takes the same", () => {
  const placing = prepare();
  const { state, config } = placing;
  const waiting = new WaitingGroups();
  // q0 and q3 share a priority, not a size.
  for (const id of ["q0", "q3"]) {
    placing.plan(id, 2);
    placing.advance(10);
    placing.plan(id, 1);
    waiting.regroup(state, config, id, pendingOf(placing, id));
  }
  const order = waiting.inOrder(placing.now);
  assert.equal(order.first?.key.startsWith("q0"), true);
  order.nextLane();
  assert.equal(order.first?.key.startsWith("q3"), true);
  order.nextLane();
  assert.equal(order.first, undefined);
});

test("inOrderOf() tells those of the requests only, and a request without due tasks is forgotten", () => {
  const placing = prepare();
  const { state, config } = placing;
  const waiting = new WaitingGroups();
  for (const id of requestIds) {
    placing.plan(id, 1);
    waiting.regroup(state, config, id, pendingOf(placing, id));
  }
  const order = waiting.inOrderOf(["q1", "q9"], placing.now);
  assert.equal(order.first?.key.startsWith("q1"), true);
  order.next();
  assert.equal(order.first, undefined);
  waiting.regroup(state, config, "q1", []);
  assert.equal(waiting.has("q1"), false);
  assert.equal(waiting.inOrderOf(["q1"], placing.now).first, undefined);
});
