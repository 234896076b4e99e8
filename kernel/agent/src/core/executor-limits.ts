/**
 * The upper bounds of a container, from those of its tasks. Source: computeExecutorLimits in slave.cpp.
 *
 * A container has a bound only where a task sets one; the bound is then the sum of the tasks' bounds,
 * of the requests of tasks that set none, and of the executor's own request. Infinity stays infinity.
 */

import { milli, plus, unitsOf } from "@tavola/base";
import type { Resource, Value_Scalar } from "@tavola/protocol";
import type { ResourceLimits } from "./effects.ts";
import type { Executor } from "./state.ts";

interface LimitedTask {
  readonly resources?: readonly Resource[];
  readonly limits?: ResourceLimits;
}

export function executorLimits(
  executor: Executor,
  canLimitCpusOfOthers: boolean,
): ResourceLimits | undefined {
  const tasks: LimitedTask[] = [
    ...executor.queuedTasks.values(),
    ...executor.launchedTasks.values(),
  ];
  if (!tasks.some(({ limits }) => limits !== undefined && Object.keys(limits).length > 0)) return;
  const computed: Record<string, Value_Scalar> = {};
  for (const name of ["cpus", "mem"]) {
    const value = limitOf(name, executor.info.resources ?? [], tasks);
    if (value === undefined) continue;
    // Without CFS quotas for all, a task without a bound must not be throttled by another's.
    const hasUnlimited = tasks.some((each) => each.limits?.[name] === undefined);
    if (name === "cpus" && hasUnlimited && !canLimitCpusOfOthers) continue;
    computed[name] = { value };
  }
  return computed;
}

function limitOf(
  name: string,
  own: readonly Resource[],
  tasks: readonly LimitedTask[],
): number | undefined {
  if (tasks.every(({ limits }) => limits?.[name] === undefined)) return undefined;
  let total = requestOf(name, own);
  for (const { resources, limits } of tasks) {
    const limit = limits?.[name]?.value;
    if (limit === Number.POSITIVE_INFINITY) return limit;
    total = plus(total, limit === undefined ? requestOf(name, resources ?? []) : milli(limit));
  }
  return unitsOf(total);
}

function requestOf(name: string, resources: readonly Resource[]) {
  let total = milli(0);
  for (const each of resources) {
    if (each.name === name) total = plus(total, milli(each.scalar?.value ?? 0));
  }
  return total;
}
