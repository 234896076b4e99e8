/**
 * Our transactions as ZooKeeper's `multi`, and what its errors mean for them.
 *
 * ZooKeeper makes no parents, and cannot check that a node is not there. So parents that are missing
 * are made by steps of the same `multi`, and "absent" is checked by creating the node and deleting it
 * again. Both rest on what was known to exist when the transaction was planned; a step that shows that
 * this was wrong makes it stale: nothing was done, and it is planned again.
 */

import type { StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";
import { ancestorsOf } from "../store-path.ts";
import { type Acl, anyVersion, type MultiStep } from "./wire-calls.ts";
import { zkErrors } from "./zookeeper-errors.ts";

export interface TransactionPlan {
  readonly steps: readonly MultiStep[];
  /** For each step, the write that it is; undefined for one that rests on an assumption. */
  readonly writeOf: readonly (number | undefined)[];
}

/** The paths of which it must be known whether they exist. */
export function pathsAsked(writes: readonly StoreWrite[]): StorePath[] {
  const asked = writes.filter(
    (write) => write.kind === "create" || (write.kind === "check" && write.version === "absent"),
  );
  return [...new Set(asked.flatMap(({ path }) => ancestorsOf(path)))];
}

/** `existing`: which of `pathsAsked()` exist. PERF: O(writes · depth). */
export function planTransaction(
  writes: readonly StoreWrite[],
  existing: ReadonlySet<StorePath>,
  acls: readonly Acl[],
): TransactionPlan {
  const steps: MultiStep[] = [];
  const writeOf: (number | undefined)[] = [];
  const there = new Set(existing);
  const add = (step: MultiStep, write: number | undefined): void => {
    steps.push(step);
    writeOf.push(write);
  };
  const create = (path: StorePath, write?: number, value: Uint8Array = noValue): void =>
    add({ kind: "create", path, value, acls }, write);
  for (const [at, write] of writes.entries()) {
    const { path } = write;
    if (write.kind === "check" && write.version === "absent") {
      const missing = ancestorsOf(path).find((ancestor) => !there.has(ancestor)) ?? path;
      create(missing, missing === path ? at : undefined);
      add({ kind: "delete", path: missing, version: anyVersion }, undefined);
    } else if (write.kind === "create") {
      for (const ancestor of ancestorsOf(path)) {
        if (!there.has(ancestor)) create(ancestor);
        there.add(ancestor);
      }
      create(path, at, write.value);
      there.add(path);
    } else if (write.kind === "set") {
      add({ kind: "set", path, value: write.value, version: write.version ?? anyVersion }, at);
    } else {
      const version = write.version === "absent" ? anyVersion : (write.version ?? anyVersion);
      add({ kind: write.kind, path, version }, at);
      if (write.kind === "delete") there.delete(path);
    }
  }
  return { steps, writeOf };
}

const noValue = new Uint8Array();

const reasons: Readonly<Record<number, (TransactionOutcome & { done: false })["why"]>> = {
  [zkErrors.nodeExists]: "exists",
  [zkErrors.noNode]: "missing",
  [zkErrors.badVersion]: "version",
  [zkErrors.notEmpty]: "has-children",
};

export type PlanOutcome =
  | TransactionOutcome
  | { readonly done: "stale" }
  /** ZooKeeper would not do it at all. */
  | { readonly done: "refused"; readonly error: number; readonly step: MultiStep };

/** `errors`: of each step, as `multiCall()` answers. */
export function outcomeOf(plan: TransactionPlan, errors: readonly number[]): PlanOutcome {
  const at = errors.findIndex((error) => error !== 0);
  const error = errors[at];
  const step = plan.steps[at];
  if (error === undefined || step === undefined) return { done: true };
  const why = reasons[error];
  if (why === undefined) return { done: "refused", error, step };
  const failed = plan.writeOf[at];
  const isStale = failed === undefined || (step.kind === "create" && why === "missing");
  return isStale ? { done: "stale" } : { done: false, failed, why };
}

/** About what the steps take on the wire. */
export function stepsBytes(steps: readonly MultiStep[]): number {
  const overhead = 100;
  return steps.reduce(
    (sum, step) => sum + overhead + step.path.length + ("value" in step ? step.value.length : 0),
    0,
  );
}
