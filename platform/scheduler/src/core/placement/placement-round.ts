/**
 * A round of placement: due tasks in order of urgency, worked off in one or several turns.
 *
 * What was placed is launched when the round ends, because accepting any of an agent's offers gives
 * all of them away: an agent is to be given all its tasks at once.
 */

import type { PendingTask } from "../model/task.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { dueAt } from "../tasks/due-plans.ts";
import { launchableOf } from "./launch-obstacle.ts";
import { demandKeyOf } from "./placement-demand.ts";
import { urgencyOf } from "./task-priority.ts";

/** Pending tasks that ask the same and are equally urgent. */
export interface DemandGroup {
  readonly key: string;
  readonly urgency: number;
  readonly tasks: PendingTask[];
}

export interface PlacementRound {
  /** The most urgent first. */
  readonly groups: readonly DemandGroup[];
  /** Groups before it are done with. */
  next: number;
  turns: number;
}

/**
 * The tasks that may be placed now. When nothing was offered and no machine changed since the last
 * round, only those of requests that changed: the others would fail as they did.
 * PERF: O(due tasks) of these, and the sort of their groups.
 */
export function createRound(
  state: SchedulerState,
  config: SchedulerConfig,
  now: number,
): PlacementRound {
  const groups = new Map<string, DemandGroup>();
  for (const pending of tasksToTry(state, now)) {
    const launchable = launchableOf(state, config, pending);
    if ("obstacle" in launchable) continue;
    const key = demandKeyOf(pending);
    const since = dueAt(state, pending);
    const groupKey = `${key} ${since}`;
    const group = groups.get(groupKey);
    if (group === undefined) {
      const urgency = urgencyOf(config, launchable.request, now - since);
      groups.set(groupKey, { key, urgency, tasks: [pending] });
    } else group.tasks.push(pending);
  }
  const sorted = [...groups.values()].sort((a, b) => b.urgency - a.urgency);
  return { groups: sorted, next: 0, turns: 0 };
}

function tasksToTry(state: SchedulerState, now: number): Iterable<PendingTask> {
  const { placement, offers } = state;
  const { offersVersion, machinesVersion } = placement.lastRound ?? {};
  const due = placement.dueTasks.at(state, now);
  const isSame = offersVersion === offers.version && machinesVersion === placement.machinesVersion;
  const touched = [...placement.touched];
  placement.touched.clear();
  placement.lastRound = {
    offersVersion: offers.version,
    machinesVersion: placement.machinesVersion,
  };
  if (!isSame) return due.values();
  const tasks: PendingTask[] = [];
  for (const requestId of touched) {
    for (const [id, pending] of state.pendingOf.get(requestId) ?? []) {
      if (due.has(id)) tasks.push(pending);
    }
  }
  return tasks;
}
