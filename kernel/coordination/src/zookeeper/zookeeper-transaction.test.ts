import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreWrite } from "../coordination.ts";
import { openAcls } from "./zookeeper-acls.ts";
import { zkErrors } from "./zookeeper-errors.ts";
import { outcomeOf, pathsAsked, planTransaction, stepsBytes } from "./zookeeper-transaction.ts";

const value = new Uint8Array([1]);

function stepsOf(writes: readonly StoreWrite[], existing: readonly string[]): string[] {
  const { steps, writeOf } = planTransaction(writes, new Set(existing), openAcls);
  return steps.map((step, at) => `${step.kind} ${step.path} for ${writeOf[at] ?? "the plan"}`);
}

test("planTransaction() makes the parents that are missing, each once, in order", () => {
  const writes: StoreWrite[] = [
    { kind: "create", path: "/a/b/c", value },
    { kind: "create", path: "/a/b/d", value },
  ];
  assert.deepEqual(pathsAsked(writes), ["/a", "/a/b"]);
  assert.deepEqual(stepsOf(writes, ["/a"]), [
    "create /a/b for the plan",
    "create /a/b/c for 0",
    "create /a/b/d for 1",
  ]);
});

test("planTransaction() makes a parent again that the same transaction deleted before", () => {
  const writes: StoreWrite[] = [
    { kind: "delete", path: "/a" },
    { kind: "create", path: "/a/b", value },
  ];
  assert.deepEqual(stepsOf(writes, ["/a"]), [
    "delete /a for 0",
    "create /a for the plan",
    "create /a/b for 1",
  ]);
});

test("planTransaction() checks that a path is absent by making and removing it, or the first missing one above", () => {
  const writes: StoreWrite[] = [{ kind: "check", path: "/a/b/c", version: "absent" }];
  assert.deepEqual(stepsOf(writes, ["/a", "/a/b"]), [
    "create /a/b/c for 0",
    "delete /a/b/c for the plan",
  ]);
  assert.deepEqual(stepsOf(writes, ["/a"]), [
    "create /a/b for the plan",
    "delete /a/b for the plan",
  ]);
});

test("outcomeOf() says which write could not be done, and why", () => {
  const plan = planTransaction(
    [
      { kind: "create", path: "/a/b", value },
      { kind: "set", path: "/c", value, version: 3 },
      { kind: "delete", path: "/d" },
    ],
    new Set(),
    openAcls,
  );
  assert.deepEqual(outcomeOf(plan, [0, 0, 0, 0]), { done: true });
  const failures = [
    [[0, zkErrors.nodeExists, -2, -2], 0, "exists"],
    [[0, 0, zkErrors.badVersion, -2], 1, "version"],
    [[0, 0, zkErrors.noNode, -2], 1, "missing"],
    [[0, 0, 0, zkErrors.notEmpty], 2, "has-children"],
  ] as const;
  for (const [errors, failed, why] of failures) {
    assert.deepEqual(outcomeOf(plan, errors), { done: false, failed, why });
  }
});

test("outcomeOf() calls a plan stale whose assumptions did not hold", () => {
  const writes: StoreWrite[] = [{ kind: "create", path: "/a/b", value }];
  const assumedMissing = planTransaction(writes, new Set(), openAcls);
  assert.deepEqual(outcomeOf(assumedMissing, [zkErrors.nodeExists, -2]), { done: "stale" });
  const assumedThere = planTransaction(writes, new Set(["/a"]), openAcls);
  assert.deepEqual(outcomeOf(assumedThere, [zkErrors.noNode]), { done: "stale" });
});

test("outcomeOf() hands on what ZooKeeper would not do at all, with its step", () => {
  const plan = planTransaction([{ kind: "delete", path: "/a" }], new Set(), openAcls);
  const outcome = outcomeOf(plan, [zkErrors.noAuth]);
  assert.equal(outcome.done, "refused");
  assert.deepEqual(outcome, { done: "refused", error: zkErrors.noAuth, step: plan.steps[0] });
});

test("stepsBytes() counts values and paths", () => {
  const plan = planTransaction(
    [{ kind: "create", path: "/abc", value: new Uint8Array(1000) }],
    new Set(),
    openAcls,
  );
  assert.equal(stepsBytes(plan.steps), 100 + 4 + 1000);
});
