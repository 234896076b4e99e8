import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PendingTask } from "../model/task.ts";
import type { TaskNeeds } from "./task-needs.ts";
import { WaitingGroups, type WaitingTask } from "./waiting-groups.ts";

const requestIds = ["q0", "q1", "q2", "q3", "q4"] as const;

function needsOf(cpus: number): TaskNeeds {
  const own = { cpus, memoryMb: 100, diskMb: 0, numPorts: 0 };
  const milli = { cpusMilli: cpus * 1000, memoryMbMilli: 100_000, diskMbMilli: 0 };
  return { own, ...milli, numPorts: 0, literalPorts: [], role: "*" };
}

/** Requests of three weights and two sizes, so that lanes are shared by some. */
function waitingOf(request: number, since: number, id: string): WaitingTask {
  const pending = { pendingTaskId: { id } } as PendingTask;
  const weight = [0.1, 0.5, 0.9][request % 3] as number;
  return { pending, key: `q${request} d1`, since, weight, needs: needsOf(1 + (request % 2)) };
}

test("inOrder() tells all groups, the most urgent first, whatever came and went before", () => {
  const step = fc.record({
    request: fc.nat(requestIds.length - 1),
    ages: fc.array(fc.nat(5), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(20), (steps, laterMs) => {
      const waiting = new WaitingGroups();
      const expected = new Map<string, readonly WaitingTask[]>();
      for (const [at, { request, ages }] of steps.entries()) {
        const id = requestIds[request] as string;
        const due = ages.map((ageMs, nr) => waitingOf(request, at - ageMs, `${at}-${nr}`));
        waiting.regroup(id, due);
        expected.set(id, due);
      }
      const now = steps.length + laterMs;
      const urgencies: number[] = [];
      const told: string[] = [];
      const order = waiting.inOrder(now);
      for (let group = order.first; group !== undefined; group = order.first) {
        urgencies.push(Math.max(now - group.since, 1) * group.lane.weight);
        told.push(...group.tasks.map(({ pendingTaskId }) => pendingTaskId.id));
        order.next();
      }
      assert.deepEqual(
        urgencies,
        urgencies.toSorted((a, b) => b - a),
      );
      const all = [...expected.values()].flat().map(({ pending }) => pending.pendingTaskId.id);
      assert.deepEqual(told.toSorted(), all.toSorted());
    }),
  );
});

test("nextLane() passes over all that weighs and takes the same", () => {
  const waiting = new WaitingGroups();
  // They weigh the same, and do not take the same.
  waiting.regroup("q0", [waitingOf(0, 10, "a"), waitingOf(0, 20, "b")]);
  waiting.regroup("q3", [waitingOf(3, 15, "c"), waitingOf(3, 25, "d")]);
  const order = waiting.inOrder(100);
  assert.equal(order.first?.key, "q0 d1");
  order.nextLane();
  assert.equal(order.first?.key, "q3 d1");
  order.nextLane();
  assert.equal(order.first, undefined);
});

test("inOrderOf() tells those of the requests only, and a request without due tasks is forgotten", () => {
  const waiting = new WaitingGroups();
  requestIds.forEach((id, at) => {
    waiting.regroup(id, [waitingOf(at, at, id)]);
  });
  const order = waiting.inOrderOf(["q1", "q9"], 100);
  assert.equal(order.first?.key, "q1 d1");
  order.next();
  assert.equal(order.first, undefined);
  waiting.regroup("q1", []);
  assert.equal(waiting.has("q1"), false);
  assert.equal(waiting.inOrderOf(["q1"], 100).first, undefined);
});
